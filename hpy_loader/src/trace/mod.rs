//! Trace mode: how often an extension calls each function of the context, and
//! how long they take.
//!
//! The context of this mode has a function for each row of the table, made here
//! by the same macro as all others: it counts, reads the clock, calls the row of
//! the wrapped context and reads the clock again. Nothing is decoded on the way:
//! handles pass through as they are.
//!
//! What a function costs includes what Python does in it, as in HPy's own trace
//! mode, and the time of functions that this calls in turn.

mod clock;
mod folded_stacks;
mod wrappers;

use crate::abi::{ABI_VERSION, HPy, HPyContext};
use crate::modes::{Hook, WrappedContext};
use crate::sites::Registers;
use clock::Clock;
pub use folded_stacks::Folded;
use folded_stacks::Folds;
use std::cell::UnsafeCell;
use std::ffi::{CStr, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How many rows the context has, constants included.
const COUNT: usize = crate::abi::context::ROWS.len();

/// What is known of one function. Functions run under the HPy lock, which makes
/// a load and a store an addition; the atomics are for the reader.
#[derive(Debug, Default)]
struct Counter {
    calls: AtomicU64,
    ticks: AtomicU64,
}

/// The trace mode of one core.
#[repr(C)]
pub struct Trace {
    /// Written when it is made, and when folding begins. The first member, so that
    /// its address is that of the whole.
    context: UnsafeCell<HPyContext>,
    /// Noted while stacks are booked. `HPy_ReenterPythonExecution`, which needs no
    /// lock, may write between; a stack may be booked wrongly then.
    registers: Registers,
    inner: WrappedContext,
    clock: Clock,
    counters: [Counter; COUNT],
    /// Whether there is a hook, so that a call has one thing to look at.
    is_hooked: AtomicBool,
    enter: Hook,
    exit: Hook,
    folds: OnceLock<Folds>,
}

// SAFETY: the hooks are only touched under the HPy lock, and so is the context
// written, each function pointer by one store, while C may read it.
unsafe impl Sync for Trace {}
// SAFETY: as above.
unsafe impl Send for Trace {}

/// One function of the context as the trace mode has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// The row's name, such as `ctx_Add`.
    pub name: &'static str,
    /// How often it was called.
    pub calls: u64,
    /// How long the calls took that are over.
    pub duration: Duration,
}

impl Trace {
    /// Wraps a context.
    pub(crate) fn new(inner: WrappedContext) -> &'static Self {
        let trace = Box::into_raw(Box::new(Self {
            // SAFETY: a context consists of pointers and numbers, and is whole.
            context: UnsafeCell::new(unsafe { inner.as_ptr().read() }),
            registers: Registers::default(),
            inner,
            clock: Clock::new(),
            counters: [const {
                Counter {
                    calls: AtomicU64::new(0),
                    ticks: AtomicU64::new(0),
                }
            }; COUNT],
            is_hooked: AtomicBool::new(false),
            enter: Hook::new(),
            exit: Hook::new(),
            folds: OnceLock::new(),
        }));
        // SAFETY: just made, never freed, and not shared yet.
        unsafe {
            let context = (*trace).context.get();
            (*context).name = c"HPy Trace Mode ABI (hpy_loader)".as_ptr();
            (*context).abi_version = ABI_VERSION;
            (*context)._private = trace.cast::<c_void>();
            wrappers::fill(&mut *context);
            &*trace
        }
    }

    /// The context for extensions in this mode.
    pub(crate) fn context(&'static self) -> *mut HPyContext {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// Every function of the context, in the ABI's order.
    pub fn functions(&self) -> Vec<Traced> {
        let scale = self.clock.scale();
        let rows = wrappers::NAMES.iter().map(|&(index, name)| {
            let counter = &self.counters[index];
            Traced {
                name: name.to_str().unwrap_or_default(),
                calls: counter.calls.load(Relaxed),
                duration: scale.duration(counter.ticks.load(Relaxed)),
            }
        });
        rows.collect()
    }

    /// The resolution of the clock in Hertz.
    pub fn frequency(&self) -> u64 {
        self.clock.scale().frequency()
    }

    /// Called with a function's name before it runs.
    pub fn enter_hook(&self) -> &Hook {
        &self.enter
    }

    /// Called with a function's name after it ran.
    pub fn exit_hook(&self) -> &Hook {
        &self.exit
    }

    /// To be called when a hook was set. The HPy lock is held.
    pub fn hooks_have_changed(&self) {
        let is_hooked = self.enter.get().is_some() || self.exit.get().is_some();
        self.is_hooked.store(is_hooked, Relaxed);
    }

    /// Before the row `index` of the wrapped context runs; the time.
    #[inline(always)]
    fn begin(&self, index: usize, name: &CStr) -> u64 {
        let calls = &self.counters[index].calls;
        calls.store(calls.load(Relaxed) + 1, Relaxed);
        if self.is_hooked.load(Relaxed) {
            self.tell(
                &self.enter,
                name,
                c"error when executing on-enter trace function",
            );
        }
        self.clock.now()
    }

    /// After it ran; how long that was.
    #[inline(always)]
    fn end(&self, index: usize, name: &CStr, start: u64) -> u64 {
        let ticks = &self.counters[index].ticks;
        let duration = self.clock.now().saturating_sub(start);
        ticks.store(ticks.load(Relaxed) + duration, Relaxed);
        if self.is_hooked.load(Relaxed) {
            self.tell(
                &self.exit,
                name,
                c"error when executing on-exit trace function",
            );
        }
        duration
    }

    /// Calls a hook. What it raises is a fatal error, as in HPy's trace mode:
    /// the function that is traced could not report it.
    #[cold]
    fn tell(&self, hook: &Hook, name: &CStr, failure: &CStr) {
        let Some(hook) = hook.get() else { return };
        let inner = self.inner;
        // SAFETY: as C calls them, with a text and an array of one handle.
        let args = unsafe {
            let mut name = (inner.ctx_Unicode_FromString)(inner.as_ptr(), name.as_ptr());
            let args = (inner.ctx_Tuple_FromArray)(inner.as_ptr(), &raw mut name, 1);
            inner.ctx_Close(name);
            args
        };
        let result = inner.ctx_CallTupleDict(hook, args, HPy::NULL);
        if result.is_null() {
            inner.fatal_error(failure);
        }
        inner.ctx_Close(args);
        inner.ctx_Close(result);
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace").finish_non_exhaustive()
    }
}
