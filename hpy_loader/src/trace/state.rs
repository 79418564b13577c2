//! What the trace mode keeps.

use super::clock::Clock;
use super::folded_stacks::{Folded, FoldedStacks, PythonSource, TimedSection};
use super::wrappers;
use crate::abi::context::{ROWS, RowKind};
use crate::abi::{ABI_VERSION, HPy, HPyContext};
use crate::modes::{Hook, WrappedContext};
use crate::sites::{CallScope, Registers, Site};
use std::cell::UnsafeCell;
use std::ffi::{CStr, CString, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What is known of one function. Functions run under the HPy lock, which makes
/// a load and a store an addition; the atomics are for the reader.
#[derive(Debug, Default)]
pub(super) struct Counter {
    pub calls: AtomicU64,
    pub ticks: AtomicU64,
}

/// The trace mode of one core.
#[repr(C)]
pub struct Trace {
    /// Written when it is made, and when folding begins. The first member, so that
    /// its address is that of the whole.
    pub(super) context: UnsafeCell<HPyContext>,
    /// Noted while stacks are booked. `HPy_ReenterPythonExecution`, which needs no
    /// lock, may write between; a stack may be booked wrongly then.
    pub(super) registers: Registers,
    pub(super) inner: WrappedContext,
    pub(super) clock: Clock,
    pub(super) counters: [Counter; ROWS.len()],
    /// Whether there is a hook, so that a call has one thing to look at.
    pub(super) is_hooked: AtomicBool,
    pub(super) enter: Hook,
    pub(super) exit: Hook,
    pub(super) stacks: OnceLock<FoldedStacks>,
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
    pub(crate) fn new(inner: WrappedContext) -> &'static Self {
        let trace = Box::into_raw(Box::new(Self {
            // SAFETY: a context consists of pointers and numbers, and is whole.
            context: UnsafeCell::new(unsafe { inner.as_ptr().read() }),
            registers: Registers::default(),
            inner,
            clock: Clock::new(),
            counters: std::array::from_fn(|_| Counter::default()),
            is_hooked: AtomicBool::new(false),
            enter: Hook::new(),
            exit: Hook::new(),
            stacks: OnceLock::new(),
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

    /// Books the time of every call on its stack from now on. `python` tells the
    /// Python stack of the thread. The HPy lock is held.
    pub(crate) fn fold(&self, python: PythonSource) {
        if self.stacks.set(FoldedStacks::new(python)).is_ok() {
            // SAFETY: under the lock, as `Sync` demands; C reads single pointers,
            // and either function is right.
            wrappers::fill_folding(unsafe { &mut *self.context.get() });
        }
    }

    /// The context for extensions in this mode.
    pub(crate) fn context(&'static self) -> *mut HPyContext {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// Every function of the context, in the ABI's order.
    pub fn functions(&self) -> Vec<Traced> {
        let rows = ROWS.iter().zip(&self.counters);
        rows.filter(|(row, _)| matches!(row.kind, RowKind::Function { .. }))
            .map(|(row, counter)| Traced {
                name: row.name,
                calls: counter.calls.load(Relaxed),
                duration: self.clock.duration(counter.ticks.load(Relaxed)),
            })
            .collect()
    }

    /// The stacks that were booked; see [`Loader::fold_traces`](crate::Loader::fold_traces).
    pub fn folded(&self) -> Vec<Folded> {
        let stacks = self.stacks.get();
        stacks.map_or_else(Vec::new, |stacks| stacks.all(&self.clock))
    }

    /// Calls the C function `function`, and books its time if that is wanted.
    #[inline]
    pub(crate) fn call<T>(&self, function: *const c_void, call: impl FnOnce() -> T) -> T {
        let Some(stacks) = self.stacks.get() else {
            return call();
        };
        let _call = CallScope::of(function);
        let section = TimedSection::begin(&self.clock);
        let result = call();
        let ticks = section.ticks(&self.clock);
        section.end(&self.clock, stacks, ticks, None, |_| {
            Site::of_function(function)
        });
        result
    }

    /// The resolution of the clock in Hertz.
    pub fn frequency(&self) -> u64 {
        self.clock.frequency()
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
    pub(super) fn begin(&self, index: usize) -> u64 {
        let calls = &self.counters[index].calls;
        calls.store(calls.load(Relaxed) + 1, Relaxed);
        if self.is_hooked.load(Relaxed) {
            let failure = c"error when executing on-enter trace function";
            self.tell(&self.enter, index, failure);
        }
        self.clock.now()
    }

    /// After it ran; how long that was.
    #[inline(always)]
    pub(super) fn end(&self, index: usize, start: u64) -> u64 {
        let ticks = &self.counters[index].ticks;
        let duration = self.clock.now().saturating_sub(start);
        ticks.store(ticks.load(Relaxed) + duration, Relaxed);
        if self.is_hooked.load(Relaxed) {
            let failure = c"error when executing on-exit trace function";
            self.tell(&self.exit, index, failure);
        }
        duration
    }

    /// Calls a hook. What it raises is a fatal error, as in HPy's trace mode:
    /// the function that is traced could not report it.
    #[cold]
    fn tell(&self, hook: &Hook, index: usize, failure: &CStr) {
        let Some(hook) = hook.get() else { return };
        let inner = self.inner;
        let name = CString::new(ROWS[index].name).unwrap_or_default();
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
