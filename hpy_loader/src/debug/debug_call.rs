//! One call of C in debug mode.

use super::extension::Extension;
use super::innermost_context::replace_innermost;
use super::pooled_context::{OuterCall, PooledContext};
use super::records::{HandleView, Origin};
use super::violations::{Violation, ViolationKind};
use crate::abi::{HPy, HPyContext};
use crate::handles::RawHandle;
use crate::modes::Outcome;
use crate::sites::{CallScope, PythonStack, Site};
use std::ffi::c_void;

/// A call of C in progress, which has a context for itself.
pub(crate) struct DebugCall {
    extension: &'static Extension,
    context: &'static PooledContext,
    was_inside: Option<&'static PooledContext>,
    /// A call above may have the same context.
    outer: OuterCall,
    _call: CallScope,
}

impl DebugCall {
    /// Starts a call of `function`.
    #[inline(always)]
    pub(crate) fn new(extension: &'static Extension, function: *const c_void) -> Self {
        let context = extension.next_context();
        Self {
            extension,
            context,
            was_inside: replace_innermost(Some(context)),
            outer: context.take(function),
            _call: CallScope::of(function),
        }
    }

    #[inline(always)]
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.context.context()
    }

    /// The handle that C gets for one that the wrapped context passes, as long as the
    /// call lasts.
    #[inline(always)]
    pub(crate) fn open(&self, inner: HPy) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (owner, site) = ((self.extension.number, self.context.place), self.site());
        let (origin, above) = (Origin::Argument, Some(PythonStack::EMPTY));
        let debug = self.extension.debug;
        debug.open(inner, origin, owner, site, above)
    }

    /// Puts the handles that C gets into the places of those that the wrapped context
    /// passes.
    #[inline(always)]
    pub(crate) fn open_all(&self, words: &mut [RawHandle]) {
        for word in words {
            *word = RawHandle::from_bits(self.open(HPy(word.bits())).0);
        }
    }

    #[inline(always)]
    fn site(&self) -> Site {
        Site::of_function(self.context.function.get())
    }

    /// The wrapped context's handle for one that C gives away.
    #[inline]
    pub(crate) fn own(&self, handle: HPy) -> HPy {
        if handle.is_null() {
            return handle;
        }
        let debug = self.extension.debug;
        if let Some(record) = debug.records.look(handle)
            && record.is_owned_by(self.extension.number)
        {
            return debug.close_record(record, self.site());
        }
        self.own_invalid(handle)
    }

    #[cold]
    #[inline(never)]
    fn own_invalid(&self, handle: HPy) -> HPy {
        let debug = self.extension.debug;
        let found = debug.records.find(handle);
        let of_open = |origin| match origin {
            Origin::Result => ViolationKind::ForeignHandle,
            Origin::Argument => ViolationKind::ArgumentReturned,
            Origin::Constant => ViolationKind::ConstantReturned,
        };
        let kind = found.violation(of_open, ViolationKind::UseAfterClose);
        self.violation(kind, found.handle());
        match found.handle() {
            // The caller takes a reference away, which has to be there.
            Some(record) => debug.inner.ctx_Dup(record.inner),
            // For the loader to refuse.
            None => handle,
        }
    }

    #[cold]
    #[inline(never)]
    fn violation(&self, kind: ViolationKind, record: Option<&HandleView>) {
        let debug = self.extension.debug;
        // A hook may run.
        self.context.capture_stack();
        let mut violation = self.new_violation(kind, record);
        violation.python = (debug.vm.python)();
        violation.error_set = self.context.error_site();
        debug.violate(violation);
    }

    /// A call that began after this one has not ended.
    #[cold]
    fn end_after_jump(&self, inside: &PooledContext) -> ! {
        self.extension.debug.end(inside.jumped_out_of(self.site()))
    }

    #[cold]
    fn new_violation(&self, kind: ViolationKind, record: Option<&HandleView>) -> Violation {
        Violation::new(kind, &self.extension.name, self.site()).about(record)
    }

    /// Ends the call, with what C returned, and closes the handles that it had.
    #[inline(always)]
    pub(crate) fn finish<T: Outcome>(self, outcome: T, receiver: HPy, args: &[RawHandle]) -> T {
        self.context.set_user(self.outer.user);
        let debug = self.extension.debug;
        match replace_innermost(self.was_inside) {
            Some(inside) if std::ptr::eq(inside, self.context) => {}
            Some(inside) => self.end_after_jump(inside),
            // Nor has it come back: the lock may be somebody else's by now.
            None => debug.end(self.new_violation(ViolationKind::WithoutLock, None)),
        }
        let is_pending = debug.is_error_pending();
        match (outcome.is_failure(), is_pending) {
            (true, false) => self.violation(ViolationKind::ErrorMissing, None),
            (false, true) => self.violation(ViolationKind::ErrorLeft, None),
            _ => {}
        }
        let outcome = outcome.map_handle(|handle| self.own(handle));
        self.context.capture_if_leaked();
        self.close(receiver);
        for word in args {
            self.close(HPy(word.bits()));
        }
        self.context.give_back(&self.outer);
        outcome
    }

    /// Closes the handle of an argument.
    #[inline(always)]
    fn close(&self, handle: HPy) {
        if handle.is_null() {
            return;
        }
        let debug = self.extension.debug;
        let Some(record) = debug.records.look(handle) else {
            return;
        };
        let inner = debug.close_record(record, Site::UNKNOWN);
        if debug.has_hook() {
            debug.keep_argument(handle, inner);
        }
    }
}
