//! Making the trace mode of a core, and having it fold stacks.

use super::clock::Clock;
use super::folded_stacks::{FoldedStacks, PythonSource};
use super::state::{COUNT, Counter, Trace};
use super::wrappers;
use crate::abi::ABI_VERSION;
use crate::modes::{Hook, WrappedContext};
use crate::sites::Registers;
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64};

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
}
