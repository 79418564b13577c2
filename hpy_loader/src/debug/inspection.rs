//! One call from C into the context of this mode.

use super::extension::{Extension, Turn};
use super::records::{Entry, Found, Origin, Record};
use super::violation::{Kind, Violation};
use super::{Debug, visit};
use crate::abi::context::{ROWS, public_name};
use crate::abi::{HPy, HPyContext, HPyGlobal};
use crate::sites::{Caller, PythonStack, Site};
use std::ffi::CStr;

/// What a function of the context does before and after the wrapped one.
///
/// The functions are short as long as nothing is wrong. So whatever is done about
/// a violation gets a copy of this: a reference would force it into memory, in
/// each call.
#[derive(Clone, Copy)]
pub(super) struct Inspection {
    pub turn: &'static Turn,
    /// The row, for messages.
    row: usize,
    caller: Caller,
}

impl Inspection {
    /// Checks what there is to check before any argument is looked at.
    ///
    /// # Safety
    ///
    /// A function of this mode's contexts was called with `context`.
    #[inline(always)]
    pub unsafe fn enter(context: *mut HPyContext, row: usize, caller: Caller) -> Self {
        // SAFETY: the caller vouches for it.
        let turn = unsafe { Turn::of(context) };
        let inspection = Self { turn, row, caller };
        if !visit::is_current(turn) {
            inspection.refuse_context();
        }
        inspection
    }

    /// For functions that must not be called with an error pending.
    #[inline(always)]
    pub fn expect_no_error(&self) {
        if self.debug().is_error_pending() {
            self.error_pending();
        }
    }

    #[inline(always)]
    pub fn debug(&self) -> &'static Debug {
        self.turn.debug
    }

    /// The context that is wrapped.
    #[inline(always)]
    pub fn inner(&self) -> *mut HPyContext {
        self.turn.inner
    }

    fn extension(&self) -> &'static Extension {
        self.turn.extension()
    }

    /// Where C is.
    #[inline(always)]
    pub fn site(&self) -> Site {
        Site::capture(self.caller, self.debug().frames.get())
    }

    /// The Python stack above.
    #[inline(always)]
    pub fn python(&self) -> PythonStack {
        match PythonStack::known() {
            Some(known) => known,
            None => (self.debug().python)(),
        }
    }

    /// The public name of the function that was called.
    pub fn function(&self) -> String {
        public_name(ROWS[self.row].name)
    }

    /// The wrapped context's handle for one of ours. What is no open handle of
    /// this module is reported first. If that does not end the program, a closed
    /// handle may still lead to something; anything else is passed on for the
    /// wrapped context to refuse.
    #[inline(always)]
    pub fn unwrap(&self, handle: HPy) -> HPy {
        if let Some(entry) = self.debug().records.look(handle) {
            let owner = entry.owner.get();
            if owner == self.turn.number || owner == 0 {
                return entry.inner.get();
            }
        }
        self.unwrap_invalid(handle)
    }

    #[cold]
    #[inline(never)]
    fn unwrap_invalid(self, handle: HPy) -> HPy {
        let found = self.debug().records.find(handle);
        let (kind, record) = match found {
            Found::Open(index) => (Kind::ForeignHandle, Some(self.record(index))),
            Found::Closed(index) => {
                let record = self.record(index);
                let kind = match record.origin {
                    Origin::Argument => Kind::UseAfterCall,
                    _ => Kind::UseAfterClose,
                };
                (kind, Some(record))
            }
            Found::Forgotten => (Kind::UseAfterClose, None),
            Found::Nothing => (Kind::NoHandle, None),
        };
        self.violation_of(kind, record.as_ref());
        record.map_or(handle, |record| record.inner)
    }

    /// Whether the module has declared a global.
    pub fn declares(&self, global: *mut HPyGlobal) -> bool {
        self.extension().declares(global)
    }

    /// Leaves an error where the wrapped context is not asked.
    pub fn system_error(&self, message: &CStr) {
        let inner = self.inner();
        // SAFETY: the context is whole, and this is a C string.
        unsafe { ((*inner).ctx_Err_SetString)(inner, (*inner).h_SystemError, message.as_ptr()) };
    }

    pub fn record(&self, index: u32) -> Record {
        self.debug().records.get(index)
    }

    /// The entry of a handle that is open and not `HPy_NULL`.
    #[inline(always)]
    pub fn open_entry(&self, handle: HPy) -> Option<&'static Entry> {
        let entry = self.debug().records.look(handle);
        entry.filter(|_| !handle.is_null())
    }

    /// Our handle for one that the wrapped context has returned.
    #[inline(always)]
    pub fn wrap(&self, inner: HPy) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (site, python) = (self.site(), self.python());
        self.debug()
            .open(inner, Origin::Result, self.turn.number, site, python)
    }

    /// Closes one of our handles on behalf of C.
    #[inline(always)]
    pub fn close(&self, handle: HPy) {
        let debug = self.debug();
        if let Some(entry) = debug.records.look(handle) {
            if entry.origin.get() == Origin::Result && entry.owner.get() == self.turn.number {
                let inner = entry.inner.get();
                let orphan = debug.records.close(entry, self.site());
                debug.close_inner(orphan);
                debug.let_go(handle, inner);
                return;
            }
            if handle.is_null() {
                return;
            }
        }
        self.close_invalid(handle);
    }

    /// Reports a close that is ignored, should the program go on.
    #[cold]
    #[inline(never)]
    fn close_invalid(self, handle: HPy) {
        let found = self.debug().records.find(handle);
        let (kind, record) = match found {
            Found::Open(index) => {
                let record = self.record(index);
                let kind = match record.origin {
                    Origin::Argument => Kind::ArgumentClosed,
                    Origin::Constant => Kind::ConstantClosed,
                    Origin::Result => Kind::ForeignHandle,
                };
                (kind, Some(record))
            }
            Found::Closed(index) => {
                let record = self.record(index);
                let kind = match record.origin {
                    Origin::Argument => Kind::UseAfterCall,
                    _ => Kind::DoubleClose,
                };
                (kind, Some(record))
            }
            Found::Forgotten => (Kind::DoubleClose, None),
            Found::Nothing => (Kind::NoHandle, None),
        };
        self.violation_of(kind, record.as_ref());
    }

    #[cold]
    #[inline(never)]
    fn error_pending(self) {
        self.violation(Kind::ErrorPending, "");
    }

    fn new_violation(&self, kind: Kind) -> Violation {
        Violation {
            kind,
            function: self.function(),
            module: self.extension().name.clone(),
            detail: String::new(),
            used: self.site(),
            opened: Site::UNKNOWN,
            closed: Site::UNKNOWN,
            python: PythonStack::EMPTY,
        }
    }

    /// Reports a violation that has to do with a handle.
    #[cold]
    #[inline(never)]
    pub fn violation_of(self, kind: Kind, record: Option<&Record>) {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        if let Some(record) = record {
            violation.opened = record.opened;
            violation.closed = record.closed;
        }
        self.debug().violate(violation);
    }

    /// Reports one after which there is no going on, and ends.
    #[cold]
    #[inline(never)]
    pub fn end_with(self, kind: Kind, record: Option<&Record>) -> ! {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        if let Some(record) = record {
            violation.opened = record.opened;
            violation.closed = record.closed;
        }
        self.debug().end(violation)
    }

    /// Reports another one.
    #[cold]
    #[inline(never)]
    pub fn violation(self, kind: Kind, detail: &str) {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        detail.clone_into(&mut violation.detail);
        self.debug().violate(violation);
    }

    /// Reports a violation of a builder or tracker.
    #[cold]
    #[inline(never)]
    pub fn violation_at(self, kind: Kind, opened: Site, closed: Site) {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        violation.opened = opened;
        violation.closed = closed;
        self.debug().violate(violation);
    }

    /// Reports that C may not use this context now, and ends.
    #[cold]
    #[inline(never)]
    fn refuse_context(self) -> ! {
        let kind = match visit::is_inside() {
            true => Kind::WrongContext,
            false => Kind::WithoutLock,
        };
        // The Python stack is that of another thread or call, if there is one.
        self.debug().end(self.new_violation(kind))
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
        // SAFETY: the context is whole, and the handle was the record's.
        unsafe { ((*self.inner).ctx_Close)(self.inner, inner) };
    }

    /// As [`keep`](Self::keep), for an argument: its wrapped handle is the
    /// caller's to close.
    #[cold]
    pub(super) fn keep_argument(&self, handle: HPy, inner: HPy) {
        // SAFETY: the context is whole, and any word may be duplicated.
        let inner = unsafe { ((*self.inner).ctx_Dup)(self.inner, inner) };
        if !self.keep(handle, inner) {
            self.close_inner(inner);
        }
    }

    /// Keeps a wrapped handle open if its object has no finalizer that would be
    /// late: a number or a text. `handle` was the one for it.
    #[cold]
    pub(super) fn keep(&self, handle: HPy, inner: HPy) -> bool {
        let context = self.inner;
        // SAFETY: the context is whole, and the handles are its own.
        let is_plain = unsafe {
            let class = ((*context).ctx_Type)(context, inner);
            let plain = [
                (*context).h_UnicodeType,
                (*context).h_BytesType,
                (*context).h_LongType,
                (*context).h_FloatType,
                (*context).h_BoolType,
            ];
            let is_plain = plain
                .into_iter()
                .any(|plain| ((*context).ctx_Is)(context, class, plain) == 1);
            ((*context).ctx_Close)(context, class);
            is_plain
        };
        is_plain && self.records.keep(handle, inner)
    }
}
