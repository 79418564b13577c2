//! One call of a context function that takes its fast path.

use super::call::ContextCall;
use super::instance::ContextInstance;
use super::results::CResult;
use crate::abi::*;
use crate::contextless;
use crate::core::Core;
use crate::handles::{FullRangeTable, HandleTable, LastReference, RawHandle};
use crate::platform::errno::KeptErrno;
use crate::runtime::Runtime;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A call from C that does the frequent case and nothing else.
///
/// A fast path has no frame to catch panics in, raises no error and does not leave
/// the lock. It returns `None` for whatever it can't do, and must not have changed
/// anything by then: the general path starts anew.
///
/// A fast path calls only methods of the runtime that run no foreign code (rule 3 of
/// [`Runtime`]'s contract). So a borrow of a root needs no pin: nothing else uses the
/// table meanwhile. A method that makes an object may start a collector, so a fast
/// path calls such a method only where it borrows no root.
pub(crate) struct FastCall<R: Runtime>(&'static ContextInstance<R>);

impl<R: Runtime> Clone for FastCall<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Runtime> Copy for FastCall<R> {}

impl<R: Runtime> FastCall<R> {
    /// A call in the context of an instance.
    ///
    /// # Safety
    ///
    /// The instance has slots.
    #[inline(always)]
    pub(super) unsafe fn new(instance: &'static ContextInstance<R>) -> Self {
        Self(instance)
    }

    #[inline(always)]
    pub fn core(self) -> &'static Core<R> {
        self.0.core()
    }

    #[inline(always)]
    pub fn runtime(self) -> &'static R {
        self.core().runtime()
    }

    #[inline(always)]
    pub fn handles(self) -> &'static HandleTable<R::Object> {
        self.core().handles()
    }

    /// Nothing in a `tp_traverse`, where the general path is for whatever makes an object
    /// that a collector knows.
    #[inline(always)]
    pub fn expect_no_traverse(self) -> Option<()> {
        (!contextless::is_traversing()).then_some(())
    }

    /// A constant of the context, such as `call.constants().h_True`.
    #[inline(always)]
    pub fn constants(self) -> &'static HPyContext {
        self.core().constants()
    }

    /// The slots, for lookups without a bounds check.
    #[inline(always)]
    pub fn slots(self) -> &'static FullRangeTable<R::Object> {
        // SAFETY: the instance has slots, by the promise of `new`.
        unsafe { self.0.slots().unwrap_unchecked() }
    }

    /// What an open handle refers to. `None` for any other word.
    #[inline(always)]
    pub fn peek(self, handle: HPy) -> Option<&'static R::Object> {
        // SAFETY: until the fast path is over, only methods run that run no foreign
        // code, and only this thread has the lock: nobody closes the handle.
        unsafe { self.slots().peek(RawHandle::from(handle)) }
    }

    /// A root of what an open handle refers to, for memory that keeps the root.
    #[inline(always)]
    pub fn duplicate(self, handle: HPy) -> Option<R::Object> {
        self.peek(handle)
            .map(|object| self.runtime().duplicate(object))
    }

    /// Opens a handle, if there is a free slot.
    #[inline(always)]
    pub fn open(self, object: R::Object) -> Option<HPy> {
        self.handles().open(object).ok().map(HPy::from)
    }

    /// Opens a handle of an object that the VM lends. If the close of a handle of that
    /// object is deferred, no root has to be made.
    #[inline(always)]
    pub fn open_or_revive(self, object: &R::Object) -> Option<HPy> {
        match self.slots().revive(self.handles(), object) {
            None => Some(open_root(self, object)).filter(|handle| !handle.is_null()),
            word => word.map(HPy::from),
        }
    }

    /// Drops an object that C has given up: outside the lock, if the object's death
    /// may run more than the VM's own code.
    #[inline(always)]
    pub fn drop_unlocked(self, object: R::Object) {
        if self.runtime().is_shared(&object) {
            drop(object);
        } else {
            drop_unshared(self, object);
        }
    }

    /// Runs `operation`, which may run foreign code, and raises the error for a panic.
    #[inline(always)]
    pub fn catch<T: CResult>(self, row: &'static str, operation: impl FnOnce() -> T) -> T {
        let _errno = KeptErrno::new();
        catch_unwind(AssertUnwindSafe(operation)).unwrap_or_else(|panic| {
            self.panicked(row, &*panic);
            T::FAILURE
        })
    }

    #[cold]
    pub(super) fn panicked(self, row: &'static str, panic: &(dyn Any + Send)) {
        ContextCall::new(self.0, row).panicked(panic);
    }

    /// Ends a call that has gone as far as a fast path goes, with an error: it becomes
    /// the pending one.
    #[cold]
    pub fn fail<T: CResult>(self, row: &'static str, error: R::Object) {
        ContextCall::new(self.0, row).fail::<T>(error);
    }
}

// The functions below stand apart from those that call them, since they are rarely
// needed. They are `extern "C"`, so that the compiler sees that no panic comes out,
// and their callers need no frame.

#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn open_root<R: Runtime>(call: FastCall<R>, object: &R::Object) -> HPy {
    call.catch("ctx_Dup", || {
        let opened = match call.handles().revive(object) {
            Some(word) => Some(HPy::from(word)),
            None => call.open(call.runtime().duplicate(object)),
        };
        opened.unwrap_or(HPy::NULL)
    })
}

#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn drop_unshared<R: Runtime>(call: FastCall<R>, object: R::Object) {
    call.catch("ctx_Close", || call.core().drop_unlocked(object));
}

/// Gives up the last reference to an open handle.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(crate) extern "C" fn close_last<R: Runtime>(
    call: FastCall<R>,
    last: LastReference<'static, R::Object>,
) {
    call.catch("ctx_Close", || {
        let vm = call.runtime();
        call.handles().close_last_deferred(
            last,
            |object| vm.is_shared(object),
            |object| call.core().drop_unlocked(object),
        );
    });
}
