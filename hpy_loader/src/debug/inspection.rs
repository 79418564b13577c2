//! One call from C into the context of this mode.

use super::pooled_context::PooledContext;
use super::state::Debug;
use super::violations::ViolationKind;
use crate::abi::context::row_offset;
use crate::abi::{HPy, HPyContext};
use crate::modes::WrappedContext;
use crate::platform::{faults, threads};
use crate::sites::{Caller, Site};

/// What a function of the context does before and after the wrapped one.
///
/// The value stays in registers, so nothing on the usual way may take its address. A
/// violation needs the address, and goes through [`apart`](Self::apart).
pub(super) struct Inspection {
    pub context: &'static PooledContext,
    /// The row, for messages.
    pub row: usize,
    caller: Caller,
}

impl Inspection {
    /// Checks what there is to check before any argument is looked at.
    ///
    /// # Safety
    ///
    /// A function of this mode's contexts was called with `context`.
    #[inline(always)]
    pub unsafe fn enter(context: *mut HPyContext, row: usize) -> Self {
        // SAFETY: the caller vouches for it.
        let pooled = unsafe { PooledContext::of(context) };
        let inspection = Self::in_progress(pooled, row);
        if !pooled.is_current() {
            inspection.apart(Self::judge_context);
        }
        inspection
    }

    /// The call of the context that `context` is in.
    #[inline(always)]
    pub fn in_progress(context: &'static PooledContext, row: usize) -> Self {
        let caller = context.registers.caller().calling(row_offset(row));
        Self {
            context,
            row,
            caller,
        }
    }

    /// For functions that must not be called with an error pending.
    #[inline(always)]
    pub fn expect_no_error(&self) {
        if self.debug().is_error_pending() {
            self.violation(ViolationKind::ErrorPending, "");
        }
    }

    #[inline(always)]
    pub fn debug(&self) -> &'static Debug {
        self.context.debug
    }

    /// The context that is wrapped.
    #[inline(always)]
    pub fn inner(&self) -> WrappedContext {
        self.context.inner
    }

    /// Runs rare work out of line, with a copy of this value.
    #[inline(always)]
    pub fn apart<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        #[cold]
        #[inline(never)]
        fn apart<T>(
            context: &'static PooledContext,
            row: usize,
            (address, stack, frame): (usize, usize, usize),
            work: impl FnOnce(&Inspection) -> T,
        ) -> T {
            let offset = row_offset(row);
            let caller = Caller::at(address, stack, frame).calling(offset);
            work(&Inspection {
                context,
                row,
                caller,
            })
        }
        apart(self.context, self.row, self.caller.registers(), work)
    }

    /// The code that has called.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// Where C is.
    #[inline(always)]
    pub fn site(&self) -> Site {
        let (_, stack, _) = self.caller.registers();
        if threads::is_nearly_full(stack) {
            // Here and not in the middle of taking the site.
            faults::overflow();
        }
        Site::capture(self.caller, self.debug().frames.get())
    }

    /// The wrapped context's handle for one of C's. What is no open handle of this
    /// module is reported first. If that does not end the program, a closed handle may
    /// still have a wrapped handle. Any other word is passed on, and the wrapped context
    /// refuses it.
    #[inline(always)]
    pub fn unwrap(&self, handle: HPy) -> HPy {
        if let Some(inner) = self.context.unwrap(handle) {
            return inner;
        }
        self.apart(move |inspection| inspection.unwrap_invalid(handle))
    }

    /// C's handle for one that the wrapped context has returned.
    #[inline(always)]
    pub fn wrap(&self, inner: HPy) -> HPy {
        if inner.is_null() {
            return inner;
        }
        self.context.wrap(inner, self.site())
    }

    /// Closes one of C's handles.
    #[inline(always)]
    pub fn close(&self, handle: HPy) {
        let debug = self.debug();
        if let Some(record) = debug.records.look(handle) {
            if record.is_owned_by(self.context.number) {
                let inner = debug.close_record(record, self.site());
                debug.let_go(handle, inner);
                return;
            }
            if handle.is_null() {
                return;
            }
        }
        self.apart(move |inspection| inspection.close_invalid(handle));
    }
}

impl Debug {
    /// Closes the wrapped handle behind one that was just closed. While a hook
    /// lets the program go on, it stays where nobody can tell: a program that uses
    /// the closed handle then gets what it gets on CPython.
    #[inline(always)]
    pub(super) fn let_go(&self, handle: HPy, inner: HPy) {
        if self.goes_on() && self.keep(handle, inner) {
            return;
        }
        self.inner.ctx_Close(inner);
    }

    /// As [`keep`](Self::keep), for an argument: its wrapped handle is the
    /// caller's to close. HPy's own tests use an argument after its call, with a hook.
    #[cold]
    pub(super) fn keep_argument(&self, handle: HPy, inner: HPy) {
        let inner = self.inner.ctx_Dup(inner);
        if !self.keep(handle, inner) {
            self.close_inner(inner);
        }
    }

    /// Keeps a wrapped handle open if its object has no finalizer that would be
    /// late: a number or a text. `handle` was the one for it. A handle of an object that
    /// something else keeps answers until the call is over without that, and whoever else
    /// has the object is not to see a reference more, unless there is a hook.
    #[cold]
    pub(super) fn keep(&self, handle: HPy, inner: HPy) -> bool {
        if !self.has_hook() && (self.vm.is_shared)(inner) {
            return false;
        }
        let context = self.inner;
        let class = context.ctx_Type(inner);
        let plain = [
            context.h_UnicodeType,
            context.h_BytesType,
            context.h_LongType,
            context.h_FloatType,
            context.h_BoolType,
        ];
        let is_plain = plain
            .into_iter()
            .any(|plain| context.ctx_Is(class, plain) == 1);
        context.ctx_Close(class);
        is_plain && self.records.keep(handle, inner)
    }
}
