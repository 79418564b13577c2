//! The one way in from C.
//!
//! Every function of the context is a shim made here from its row in the table:
//! it finds the core, runs the body of the same name in [`crate::context`],
//! and turns a failure into the pending error and the sentinel of the result's
//! type. The body gets an [`Entry`], through which it decodes handles and
//! reaches the runtime.
//!
//! The frequent cases of frequent functions take a shorter way, which is in
//! [`shortcut`].
//!
//! Two promises are kept in this file and nowhere else:
//!
//! - **No panic crosses into C.** It becomes a `SystemError` with the panic's
//!   text. (`extern "C"` would abort the process.)
//! - **A function that fails leaves an error.** There is no other way to return a
//!   sentinel than through a failure, since bodies return `Result`.

mod gate;
mod shortcut;

pub(crate) use gate::Gate;
pub(crate) use shortcut::install as install_shortcuts;

use crate::abi::*;
use crate::c_string;
use crate::context as bodies;
use crate::context_table;
use crate::core::Core;
use crate::handles::{Decoded, Pin, RawHandle};
use crate::loader::Loader;
use crate::memory;
use crate::runtime::{Runtime, VmResult};
use smallvec::SmallVec;
use std::any::Any;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One call from C into the context.
pub struct Entry<R: Runtime> {
    core: &'static Core<R>,
    /// The row of the context, for messages.
    row: &'static str,
    /// The context that C or a mode's context has called.
    context: *mut HPyContext,
}

impl<R: Runtime> Clone for Entry<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Runtime> Copy for Entry<R> {}

impl<R: Runtime> Entry<R> {
    /// An entry on behalf of `row`, for code that works as if C had called it.
    pub(crate) fn new(core: &'static Core<R>, row: &'static str) -> Self {
        Self {
            core,
            row,
            context: core.context(),
        }
    }

    /// What was entered.
    #[inline]
    pub fn core(self) -> &'static Core<R> {
        self.core
    }

    /// The loader of the extension that calls: what it defines is called back
    /// through this one, in the mode that it was loaded in.
    pub fn loader(self) -> &'static Loader<R> {
        // SAFETY: the shims and `new` give a context of this core.
        unsafe { Gate::of(self.context) }.loader()
    }

    /// The VM, for operations that reach no Python code. For all others there is
    /// [`leave`](Self::leave).
    #[inline]
    pub fn runtime(self) -> &'static R {
        self.core.runtime()
    }

    /// See [`Core::leave`].
    #[inline]
    pub fn leave<T>(self, operation: impl FnOnce(&R) -> T) -> T {
        self.core.leave(operation)
    }

    /// See [`Core::leave_for`].
    #[inline]
    pub fn leave_for<T>(self, callable: Option<&R::Object>, operation: impl FnOnce(&R) -> T) -> T {
        self.core.leave_for(callable, operation)
    }

    /// See [`Core::open`].
    #[inline]
    pub fn open(self, object: R::Object) -> VmResult<HPy, R> {
        self.core.open(object)
    }

    /// See [`Core::open_or_revive`].
    #[inline]
    pub fn open_or_revive(self, object: R::Object) -> VmResult<HPy, R> {
        self.core.open_or_revive(object)
    }

    /// See [`Core::open_borrowed`].
    #[inline]
    pub fn open_borrowed(self, object: R::Object) -> VmResult<HPy, R> {
        self.core.open_borrowed(object)
    }

    /// See [`Core::error`].
    #[cold]
    pub fn error(self, class: HPy, message: &str) -> R::Object {
        self.core.error(class, message)
    }

    /// A `TypeError`.
    #[cold]
    pub fn type_error(self, message: &str) -> R::Object {
        self.error(self.core.constants().h_TypeError, message)
    }

    /// A `SystemError`.
    #[cold]
    pub fn system_error(self, message: &str) -> R::Object {
        self.error(self.core.constants().h_SystemError, message)
    }

    /// The object behind a handle, kept alive while the result is, even if C
    /// closes the handle meanwhile. An immediate becomes an object here.
    ///
    /// # Errors
    ///
    /// `SystemError` for `HPy_NULL` and for a handle that is not open.
    #[inline]
    pub fn get(self, handle: HPy) -> VmResult<Pin<'static, R::Object>, R> {
        match self.core.handles().pin(RawHandle::from_bits(handle.0)) {
            Some(pin) => Ok(pin),
            None => self.materialise(handle),
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

    #[cold]
    fn materialise(self, handle: HPy) -> VmResult<Pin<'static, R::Object>, R> {
        let object = match RawHandle::from_bits(handle.0).decode() {
            Decoded::Int(value) => self.runtime().new_int(value),
            Decoded::Float(value) => self.runtime().new_float(value),
            Decoded::Null => return Err(self.refuse_null("HPy_NULL", "a handle")),
            Decoded::Slot => return Err(self.stale()),
        };
        let word = RawHandle::from_bits(self.open(object)?.0);
        let pin = self.core.handles().pin(word);
        // The pin alone keeps the object from here on.
        self.core.handles().close(word);
        pin.ok_or_else(|| self.refuse("the handle table is corrupt"))
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
        let function = context::public_name(self.row);
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
        match self.get(self.core.constants().h_MemoryError) {
            Ok(class) => self.leave(|vm| vm.error_from_value(&class, None)),
            Err(error) => error,
        }
    }

    /// Adds the objects behind an array of handles to `pins`.
    ///
    /// # Safety
    ///
    /// `handles` points to `count` handles; it may be anything if that is 0.
    #[inline(always)]
    pub unsafe fn get_array(
        self,
        handles: *const HPy,
        count: usize,
        pins: &mut SmallVec<[Pin<'static, R::Object>; 8]>,
    ) -> VmResult<(), R> {
        if count > isize::MAX as usize / size_of::<HPy>() {
            return Err(self.no_memory());
        }
        self.expect_memory(count.saturating_mul(size_of::<Pin<'_, R::Object>>()))?;
        for number in 0..count {
            // SAFETY: the caller vouches for the array.
            pins.push(self.get(unsafe { *handles.add(number) })?);
        }
        Ok(())
    }

    /// A C string that must be UTF-8.
    ///
    /// # Errors
    ///
    /// `SystemError` for null, `UnicodeDecodeError` for anything but UTF-8.
    ///
    /// # Safety
    ///
    /// `text` is null or points to a NUL-terminated string that outlives `'a`.
    pub unsafe fn text<'a>(self, text: *const c_char) -> VmResult<&'a str, R> {
        if text.is_null() {
            return Err(self.refuse_null("NULL", "a string"));
        }
        // SAFETY: not null, and the caller vouches for the rest.
        let text = unsafe { CStr::from_ptr(text) };
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
    /// # Safety
    ///
    /// As [`text`](Self::text).
    pub unsafe fn optional_text<'a>(self, text: *const c_char) -> VmResult<Option<&'a str>, R> {
        if text.is_null() {
            return Ok(None);
        }
        // SAFETY: the caller vouches for it.
        unsafe { self.text(text) }.map(Some)
    }
}

/// A result type of the ABI.
pub trait CResult {
    /// What C gets when the function fails.
    const FAILURE: Self;
}

macro_rules! c_results {
    ($($type:ty = $failure:expr;)*) => {
        $(impl CResult for $type {
            const FAILURE: Self = $failure;
        })*
    };
}

c_results! {
    () = ();
    HPy = HPy::NULL;
    HPyListBuilder = HPyListBuilder::NULL;
    HPyTupleBuilder = HPyTupleBuilder::NULL;
    HPyTracker = HPyTracker::NULL;
    HPyThreadState = HPyThreadState::NULL;
    HPyType_BuiltinShape = HPyType_BuiltinShape(-2);
    c_int = -1;
    u32 = u32::MAX;
    i64 = -1;
    u64 = u64::MAX;
    isize = -1;
    usize = usize::MAX;
    f64 = -1.0;
    *mut c_void = std::ptr::null_mut();
    *const c_char = std::ptr::null();
    *mut cpy_PyObject = std::ptr::null_mut();
}

/// Runs the body of one context function.
#[inline(always)]
fn enter<R: Runtime, T: CResult>(
    context: *mut HPyContext,
    row: &'static str,
    body: impl FnOnce(Entry<R>) -> VmResult<T, R>,
) -> T {
    // SAFETY: the shims are only in contexts that a core for `R` made.
    let core = unsafe { Gate::<R>::of(context) }.core();
    let entry = Entry { core, row, context };
    match catch_unwind(AssertUnwindSafe(|| body(entry))) {
        Ok(Ok(result)) => return result,
        Ok(Err(error)) => entry.fail(error),
        Err(panic) => entry.panicked(&*panic),
    }
    T::FAILURE
}

impl<R: Runtime> Entry<R> {
    /// Makes an error the pending one. The destructor of the one that was
    /// pending may panic, which is an error as well.
    #[cold]
    pub(crate) fn fail(self, error: R::Object) {
        let set = || self.core.set_pending(error);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(set)) {
            self.panicked(&*panic);
        }
    }

    /// Raises the error for a panic. Where that panics too, say because the
    /// thread has no VM, what remains is an error that was made before.
    #[cold]
    fn panicked(self, panic: &(dyn Any + Send)) {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let raise = || {
            let error = self.refuse(&format!("panic: {text}"));
            self.core.set_pending(error);
        };
        if catch_unwind(AssertUnwindSafe(raise)).is_err() {
            self.core.set_last_resort();
        }
    }
}

macro_rules! declare_shims {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$($facts:tt)*];
        )* }
    )*) => {
        /// The C functions of the context, for any runtime.
        #[allow(non_snake_case)]
        mod shims {
            use super::*;

            $($(
                #[allow(unused_unsafe)]
                pub(super) unsafe extern "C" fn $function<R: Runtime>(
                    context: *mut HPyContext,
                    $($arg: $type,)*
                ) $(-> $ret)? {
                    enter::<R, _>(context, stringify!($function), |entry| {
                        // SAFETY: the extension keeps the contract that the
                        // documentation of this function states.
                        unsafe { bodies::$function(entry, $($arg),*) }
                    })
                }
            )*)*
        }

        /// A context whose functions are this runtime's, all of them the general
        /// ones, and whose other members are still empty.
        pub(crate) fn context<R: Runtime>() -> HPyContext {
            HPyContext {
                name: std::ptr::null(),
                _private: std::ptr::null_mut(),
                abi_version: 0,
                $($($constant: HPy::NULL,)* $($function: shims::$function::<R>,)*)*
            }
        }
    };
}
context_table!(declare_shims);
