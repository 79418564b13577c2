//! One call from C into the context of this mode.

use super::extension::{Extension, Turn};
use super::records::{Found, Origin, Record, State};
use super::rows;
use super::violation::{Kind, Violation};
use super::{Debug, visit};
use crate::abi::context::{ROWS, public_name};
use crate::abi::{HPy, HPyContext, HPyGlobal};
use crate::sites::{Caller, PythonStack, Site};
use std::ffi::CStr;

/// What a function of the context does before and after the wrapped one.
pub(super) struct Inspection {
    turn: &'static Turn,
    extension: &'static Extension,
    /// The row, for messages.
    row: usize,
    caller: Caller,
}

impl Drop for Inspection {
    #[inline(always)]
    fn drop(&mut self) {
        self.turn.is_valid.set(true);
    }
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
        let inspection = Self {
            turn,
            extension: turn.extension(),
            row,
            caller,
        };
        if !visit::is_inside() {
            inspection.refuse(Kind::WithoutLock);
        }
        if !turn.is_valid.replace(false) {
            inspection.refuse(Kind::WrongContext);
        }
        if rows::needs_no_error(row) && inspection.debug().is_error_pending() {
            inspection.violation(Kind::ErrorPending, "");
        }
        inspection
    }

    #[inline(always)]
    pub fn debug(&self) -> &'static Debug {
        self.extension.debug
    }

    /// The context that is wrapped.
    #[inline(always)]
    pub fn inner(&self) -> *mut HPyContext {
        self.extension.inner
    }

    /// Where C is.
    #[inline]
    pub fn site(&self) -> Site {
        Site::capture(self.caller, self.debug().frames.get())
    }

    /// The Python stack above.
    pub fn python(&self) -> PythonStack {
        (self.debug().python)()
    }

    /// The public name of the function that was called.
    pub fn function(&self) -> String {
        public_name(ROWS[self.row].name)
    }

    /// The wrapped context's handle for one of ours. What is no open handle of
    /// this module is reported first. If that does not end the program, a closed
    /// handle may still lead to something; anything else is passed on for the
    /// wrapped context to refuse.
    #[inline]
    pub fn unwrap(&self, handle: HPy) -> HPy {
        if handle.is_null() {
            return handle;
        }
        let records = self.debug().records.borrow();
        if let Found::Open(index) = records.find(handle) {
            let record = records.get(index);
            if record.owner == self.extension.number || record.owner == 0 {
                return record.inner;
            }
        }
        drop(records);
        self.unwrap_invalid(handle)
    }

    #[cold]
    fn unwrap_invalid(&self, handle: HPy) -> HPy {
        let found = self.debug().records.borrow().find(handle);
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
        self.extension.declares(global)
    }

    /// Leaves an error where the wrapped context is not asked.
    pub fn system_error(&self, message: &CStr) {
        let inner = self.inner();
        // SAFETY: the context is whole, and this is a C string.
        unsafe { ((*inner).ctx_Err_SetString)(inner, (*inner).h_SystemError, message.as_ptr()) };
    }

    pub fn record(&self, index: u32) -> Record {
        *self.debug().records.borrow().get(index)
    }

    /// The record of a handle that is open.
    pub fn open_record(&self, handle: HPy) -> Option<u32> {
        match self.debug().records.borrow().find(handle) {
            Found::Open(index) => Some(index),
            _ => None,
        }
    }

    /// Our handle for one that the wrapped context has returned.
    #[inline]
    pub fn wrap(&self, inner: HPy) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (site, python) = (self.site(), self.python());
        self.debug()
            .open(inner, Origin::Result, self.extension.number, site, python)
    }

    /// Closes one of our handles on behalf of C.
    #[inline]
    pub fn close(&self, handle: HPy) {
        if handle.is_null() {
            return;
        }
        let mut records = self.debug().records.borrow_mut();
        if let Found::Open(index) = records.find(handle) {
            let record = *records.get(index);
            if record.origin == Origin::Result && record.owner == self.extension.number {
                let orphan = records.close(index, self.site());
                drop(records);
                self.debug().close_inner(orphan);
                self.debug().let_go(index, record.inner);
                return;
            }
        }
        drop(records);
        self.close_invalid(handle);
    }

    /// Reports a close that is ignored, should the program go on.
    #[cold]
    fn close_invalid(&self, handle: HPy) {
        let found = self.debug().records.borrow().find(handle);
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

    fn new_violation(&self, kind: Kind) -> Violation {
        Violation {
            kind,
            function: self.function(),
            module: self.extension.name.clone(),
            detail: String::new(),
            used: self.site(),
            opened: Site::UNKNOWN,
            closed: Site::UNKNOWN,
            python: PythonStack::EMPTY,
        }
    }

    /// Reports a violation that has to do with a handle.
    #[cold]
    pub fn violation_of(&self, kind: Kind, record: Option<&Record>) {
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
    pub fn end_with(&self, kind: Kind, record: Option<&Record>) -> ! {
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
    pub fn violation(&self, kind: Kind, detail: &str) {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        detail.clone_into(&mut violation.detail);
        self.debug().violate(violation);
    }

    /// Reports a violation of a builder or tracker.
    #[cold]
    pub fn violation_at(&self, kind: Kind, opened: Site, closed: Site) {
        let mut violation = self.new_violation(kind);
        violation.python = self.python();
        violation.opened = opened;
        violation.closed = closed;
        self.debug().violate(violation);
    }

    /// Reports a violation after which nothing can be relied on, and ends.
    #[cold]
    fn refuse(&self, kind: Kind) -> ! {
        // The Python stack is that of another thread or call, if there is one.
        self.debug().end(self.new_violation(kind))
    }
}

impl Debug {
    /// Closes the wrapped handle behind a record that was just closed. While a
    /// hook lets the program go on, it stays where nobody can tell: a program
    /// that uses the closed handle then gets what it gets on CPython.
    #[inline]
    pub(super) fn let_go(&self, index: u32, inner: HPy) {
        let goes_on = self.on_invalid_handle.get().is_some() || self.going_on.get();
        if goes_on && self.keep(index, inner) {
            return;
        }
        self.close_inner(Some(inner));
    }

    /// As [`keep`](Self::keep), for an argument: its wrapped handle is the
    /// caller's to close.
    #[cold]
    pub(super) fn keep_argument(&self, index: u32, inner: HPy) {
        // SAFETY: the context is whole, and any word may be duplicated.
        let inner = unsafe { ((*self.inner).ctx_Dup)(self.inner, inner) };
        if !self.keep(index, inner) {
            self.close_inner(Some(inner));
        }
    }

    /// Keeps a wrapped handle open if its object has no finalizer that would be
    /// late: a number or a text.
    #[cold]
    pub(super) fn keep(&self, index: u32, inner: HPy) -> bool {
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
        if !is_plain {
            return false;
        }
        let mut records = self.records.borrow_mut();
        let record = records.get_mut(index);
        // It may be forgotten already, if the queue is short.
        let is_there = record.state == State::Closed && record.inner == inner;
        record.is_kept |= is_there;
        is_there
    }
}
