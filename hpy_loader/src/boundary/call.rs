//! One call of a context function that takes the general path.

use super::arguments::{ArrayArg, CStrArg};
use super::instance::ContextInstance;
use super::results::CResult;
use crate::abi::context::{ROWS, Row, public_name};
use crate::abi::*;
use crate::c_string;
use crate::call::Loader;
use crate::core::Core;
use crate::handles::{Decoded, Pin, RawHandle};
use crate::memory;
use crate::runtime::{Runtime, VmResult};
use smallvec::SmallVec;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One call from C into the context.
pub(crate) struct ContextCall<R: Runtime> {
    instance: &'static ContextInstance<R>,
    /// The row of the context, for messages.
    row: &'static str,
}

impl<R: Runtime> Clone for ContextCall<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Runtime> Copy for ContextCall<R> {}

impl<R: Runtime> ContextCall<R> {
    /// A call of the function `row` in a context.
    #[inline(always)]
    pub(super) fn new(instance: &'static ContextInstance<R>, row: &'static str) -> Self {
        Self { instance, row }
    }

    /// A call on behalf of `row`, for code that works as if C had called it in the
    /// universal mode.
    pub(crate) fn internal(core: &'static Core<R>, row: &'static str) -> Self {
        // SAFETY: the universal context of a core is in an instance for `R`.
        Self::new(unsafe { ContextInstance::of(core.context()) }, row)
    }

    /// What the VM of this call keeps.
    #[inline(always)]
    pub fn core(self) -> &'static Core<R> {
        self.instance.core()
    }

    /// The loader of the extension that calls: what the extension defines is called
    /// back through this loader, in the mode that the extension was loaded in.
    pub fn loader(self) -> &'static Loader<R> {
        self.instance.loader()
    }

    /// A constant of the context, such as `call.constants().h_TypeError`.
    #[inline]
    pub fn constants(self) -> &'static HPyContext {
        self.core().constants()
    }

    /// The VM, for operations that reach no Python code. For all others there is
    /// [`leave`](Self::leave).
    #[inline]
    pub fn runtime(self) -> &'static R {
        self.core().runtime()
    }

    /// See [`Core::leave`].
    #[inline]
    pub fn leave<T>(self, operation: impl FnOnce(&R) -> T) -> T {
        self.core().leave(operation)
    }

    /// See [`Core::leave_for`].
    #[inline]
    pub fn leave_for<T>(self, callable: Option<&R::Object>, operation: impl FnOnce(&R) -> T) -> T {
        self.core().leave_for(callable, operation)
    }

    /// See [`Core::open`].
    #[inline]
    pub fn open(self, object: R::Object) -> VmResult<HPy, R> {
        self.core().open(object)
    }

    /// See [`Core::open_in_global`].
    #[inline]
    pub fn open_in_global(self, object: R::Object) -> VmResult<HPy, R> {
        self.core().open_in_global(object)
    }

    /// See [`Core::error`].
    #[cold]
    pub fn error(self, class: HPy, message: &str) -> R::Object {
        self.core().error(class, message)
    }

    /// A `TypeError`.
    #[cold]
    pub fn type_error(self, message: &str) -> R::Object {
        self.error(self.core().constants().h_TypeError, message)
    }

    /// A `SystemError`.
    #[cold]
    pub fn system_error(self, message: &str) -> R::Object {
        self.error(self.core().constants().h_SystemError, message)
    }

    /// The object behind a handle, kept alive while the result is, even if C
    /// closes the handle meanwhile. An immediate becomes an object here.
    ///
    /// # Errors
    ///
    /// `SystemError` for `HPy_NULL` and for a handle that is not open.
    #[inline]
    pub fn get(self, handle: HPy) -> VmResult<Pin<'static, R::Object>, R> {
        match self.core().handles().pin(RawHandle::from(handle)) {
            Some(pin) => Ok(pin),
            None => self.materialise(handle),
        }
    }

    /// A root of what a handle refers to.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[inline(always)]
    pub fn duplicate(self, handle: HPy) -> VmResult<R::Object, R> {
        // SAFETY: `duplicate` runs nothing that could close the handle (rule 3 of the
        // contract of `Runtime`).
        match unsafe { self.core().handles().peek(RawHandle::from(handle)) } {
            Some(object) => Ok(self.runtime().duplicate(object)),
            None => Ok(self.runtime().duplicate(&*self.get(handle)?)),
        }
    }

    /// As [`get`](Self::get); `HPy_NULL` is `None`.
    #[inline]
    pub fn get_optional(self, handle: HPy) -> VmResult<Option<Pin<'static, R::Object>>, R> {
        if handle.is_null() {
            Ok(None)
        } else {
            self.get(handle).map(Some)
        }
    }

    /// Puts a root that the VM has just returned into a slot, where it stays as long as
    /// the result does.
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    pub fn pin_new(self, object: R::Object) -> VmResult<Pin<'static, R::Object>, R> {
        let word = RawHandle::from(self.open(object)?);
        let pin = self.core().handles().pin(word);
        // From here on the pin alone keeps the object.
        self.core().handles().close(word);
        pin.ok_or_else(|| self.refuse("the handle table is corrupt"))
    }

    #[cold]
    fn materialise(self, handle: HPy) -> VmResult<Pin<'static, R::Object>, R> {
        let object = match RawHandle::from(handle).decode() {
            Decoded::Int(value) => self.runtime().new_int(value),
            Decoded::Float(value) => self.runtime().new_float(value),
            Decoded::Null => return Err(self.refuse_null("HPy_NULL", "a handle")),
            Decoded::Slot => return Err(self.stale()),
        };
        self.pin_new(object)
    }

    /// The error for a handle that is not open.
    #[cold]
    pub fn stale(self) -> R::Object {
        self.refuse("the handle is closed, or never was one")
    }

    /// A mode may tell the author of the extension as well.
    #[cold]
    fn refuse_null(self, null: &str, needed: &str) -> R::Object {
        if let Some(wrapper) = self.loader().wrapper() {
            wrapper.refused_null(self.row, needed);
        }
        self.refuse(&format!("{null} where {needed} is needed"))
    }

    #[cold]
    fn refuse(self, reason: &str) -> R::Object {
        let function = public_name(self.row);
        self.system_error(&format!("{function}: {reason}"))
    }

    /// Makes sure that there is memory for something whose size C chooses and
    /// which the VM allocates without asking; see [`memory`].
    ///
    /// # Errors
    ///
    /// `MemoryError`.
    #[inline]
    pub fn expect_memory(self, bytes: usize) -> VmResult<(), R> {
        match memory::is_available(bytes) {
            true => Ok(()),
            false => Err(self.no_memory()),
        }
    }

    /// A `MemoryError` without a message, as CPython's is.
    #[cold]
    pub fn no_memory(self) -> R::Object {
        match self.get(self.core().constants().h_MemoryError) {
            Ok(class) => self.leave(|vm| vm.error_from_value(&class, None)),
            Err(error) => error,
        }
    }

    /// Makes sure that an array of `count` values is one.
    ///
    /// # Errors
    ///
    /// `SystemError` for null, unless the count is 0.
    #[inline(always)]
    pub fn expect_array<T: Copy, P>(self, array: &ArrayArg<T, P>, count: usize) -> VmResult<(), R> {
        match array.is_null() && count != 0 {
            true => Err(self.refuse_null("NULL", "an array")),
            false => Ok(()),
        }
    }

    /// Makes sure that the extension has said where a value is.
    ///
    /// # Errors
    ///
    /// `SystemError` for null.
    #[inline(always)]
    pub fn expect_pointer<T>(self, pointer: *mut T, needed: &str) -> VmResult<(), R> {
        match pointer.is_null() {
            true => Err(self.refuse_null("NULL", needed)),
            false => Ok(()),
        }
    }

    /// Adds the objects behind an array of handles to `pins`, which stay where they are:
    /// to move what was just written costs as much as pinning.
    ///
    /// # Errors
    ///
    /// `MemoryError` for a count that no memory can hold, and as [`get`](Self::get).
    #[inline(always)]
    pub fn get_array<P>(
        self,
        handles: &ArrayArg<HPy, P>,
        count: usize,
        pins: &mut SmallVec<[Pin<'static, R::Object>; 8]>,
    ) -> VmResult<(), R> {
        self.expect_array(handles, count)?;
        self.expect_memory(count.saturating_mul(size_of::<Pin<'_, R::Object>>()))?;
        for index in 0..count {
            pins.push(self.get(handles.read(index))?);
        }
        Ok(())
    }

    /// A C string that must be UTF-8.
    ///
    /// # Errors
    ///
    /// `SystemError` for null, `UnicodeDecodeError` for anything but UTF-8.
    pub fn text(self, text: &CStrArg) -> VmResult<&str, R> {
        let Some(text) = text.get() else {
            return Err(self.refuse_null("NULL", "a string"));
        };
        match c_string::text(text) {
            Some(text) => Ok(text),
            None => match self.leave(|vm| vm.decode(text.to_bytes(), "utf-8", "strict")) {
                Err(error) => Err(error),
                Ok(_) => Err(self.refuse("a string is not UTF-8")),
            },
        }
    }

    /// As [`text`](Self::text); null is `None`.
    ///
    /// # Errors
    ///
    /// `UnicodeDecodeError` for anything but UTF-8.
    pub fn optional_text(self, text: &CStrArg) -> VmResult<Option<&str>, R> {
        match text.get() {
            Some(_) => self.text(text).map(Some),
            None => Ok(None),
        }
    }

    /// Makes an error the pending one, as the result of the function. Unless it is the
    /// function's purpose to set an error, two things forbid that: an error that was
    /// pending before, which tells more of what went wrong first, and a result of type
    /// `void`, by which C could not see the failure. The destructor of an error may panic,
    /// which is an error as well.
    #[cold]
    pub(crate) fn fail<T: CResult>(self, error: R::Object) {
        // Programs fail in loops, say for an attribute that is not there: most failures
        // need no search for the row.
        let is_void = size_of::<T>() == 0;
        let is_lost = (is_void || self.core().is_error_pending()) && !self.sets_error();
        let set = || match is_lost {
            true => self.core().drop_unlocked(error),
            false => {
                self.core().set_pending(error);
                if let Some(wrapper) = self.loader().wrapper() {
                    wrapper.error_set(self.row);
                }
            }
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(set)) {
            self.panicked(&*panic);
        }
    }

    /// Whether the function is there to set an error.
    fn sets_error(self) -> bool {
        let row = ROWS.iter().find(|row| row.name == self.row);
        row.is_some_and(Row::sets_error)
    }

    /// Raises the error for a panic. Where that panics too, say because the
    /// thread has no VM, what remains is an error that was made before.
    #[cold]
    pub(super) fn panicked(self, panic: &(dyn Any + Send)) {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let raise = || {
            let error = self.refuse(&format!("panic: {text}"));
            self.core().set_pending(error);
        };
        if catch_unwind(AssertUnwindSafe(raise)).is_err() {
            self.core().set_last_resort();
        }
    }
}
