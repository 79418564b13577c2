//! Types of the C functions that an extension gives us to call.
//!
//! Each is the `impl` of a definition: the function that takes handles. The
//! trampolines beside it in the definitions are CPython's.

use super::*;
use crate::platform::call_frame;
use std::ffi::{c_char, c_int, c_void};

/// A function pointer whose type the definition's kind tells. Null where the
/// extension left it out.
pub type HPyCFunction = *const c_void;

/// A C function that an extension gave: a pointer that can be trusted to be what its
/// type says, since only [reading a definition](crate::spec) makes it one, or somebody
/// who vouches for it.
///
/// So calling one through a [`Loader`](crate::Loader) is safe.
pub trait CFunction: Copy + Eq {
    /// The type of the pointer.
    type Pointer: Copy;

    /// The function's address.
    fn address(self) -> HPyCFunction;
}

macro_rules! c_functions {
    ($($(#[$doc:meta])* $name:ident($($type:ty),*) $(-> $ret:ty)?;)*) => { $(
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Clone, Copy)]
        pub struct $name(unsafe extern "C" fn($($type),*) $(-> $ret)?);

        impl $name {
            /// Vouches for a function.
            ///
            /// # Safety
            ///
            /// The function may be called as the signature's documentation in HPy says,
            /// by whoever keeps what [`call`](crate::call) asks of a VM.
            pub const unsafe fn new(function: <Self as CFunction>::Pointer) -> Self {
                Self(function)
            }

            /// A function as a definition has it; null is none.
            ///
            /// # Safety
            ///
            /// As [`new`](Self::new).
            pub(crate) unsafe fn read(function: HPyCFunction) -> Option<Self> {
                // SAFETY: null is the `None` of an optional function; the caller vouches
                // for the type.
                unsafe { std::mem::transmute::<HPyCFunction, Option<Self>>(function) }
            }

            /// A function that calls this one, its last argument, with the others: from a
            /// frame that no exception passes.
            #[inline(always)]
            pub(crate) fn framed(self) -> unsafe extern "C" fn($($type,)* HPyCFunction) $(-> $ret)? {
                const COUNT: usize = [$(stringify!($type)),*].len();
                let entry = const { call_frame::entry::<COUNT>() };
                // SAFETY: the function takes as many arguments as this one and a pointer;
                // all of them, and the result, are numbers or pointers of a word.
                unsafe { std::mem::transmute(entry) }
            }
        }

        impl CFunction for $name {
            type Pointer = unsafe extern "C" fn($($type),*) $(-> $ret)?;

            #[inline(always)]
            fn address(self) -> HPyCFunction {
                self.0 as HPyCFunction
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::fn_addr_eq(self.0, other.0)
            }
        }

        impl Eq for $name {}

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:p})"), self.address())
            }
        }
    )* };
}

pub(super) use c_functions;

c_functions! {
    /// `METH_NOARGS`.
    HPyFunc_noargs(*mut HPyContext, HPy) -> HPy;
    /// `METH_O`.
    HPyFunc_o(*mut HPyContext, HPy, HPy) -> HPy;
    /// `METH_FASTCALL`.
    HPyFunc_varargs(*mut HPyContext, HPy, *const HPy, size_t) -> HPy;
    /// `METH_FASTCALL | METH_KEYWORDS`; the names are a tuple or null.
    HPyFunc_keywords(*mut HPyContext, HPy, *const HPy, size_t, HPy) -> HPy;
    /// One operand.
    HPyFunc_unaryfunc(*mut HPyContext, HPy) -> HPy;
    /// Two operands.
    HPyFunc_binaryfunc(*mut HPyContext, HPy, HPy) -> HPy;
    /// Three operands.
    HPyFunc_ternaryfunc(*mut HPyContext, HPy, HPy, HPy) -> HPy;
    /// A truth value, or 0 for done.
    HPyFunc_inquiry(*mut HPyContext, HPy) -> c_int;
    /// A length.
    HPyFunc_lenfunc(*mut HPyContext, HPy) -> HPy_ssize_t;
    /// An index or a count.
    HPyFunc_ssizeargfunc(*mut HPyContext, HPy, HPy_ssize_t) -> HPy;
    /// Assignment at an index; a null value deletes.
    HPyFunc_ssizeobjargproc(*mut HPyContext, HPy, HPy_ssize_t, HPy) -> c_int;
    /// Assignment under a key; a null value deletes.
    HPyFunc_objobjargproc(*mut HPyContext, HPy, HPy, HPy) -> c_int;
    /// Containment.
    HPyFunc_objobjproc(*mut HPyContext, HPy, HPy) -> c_int;
    /// A hash; -1 for failure.
    HPyFunc_hashfunc(*mut HPyContext, HPy) -> HPy_hash_t;
    /// A rich comparison.
    HPyFunc_richcmpfunc(*mut HPyContext, HPy, HPy, HPy_RichCmpOp) -> HPy;
    /// `__init__`; the keywords are a dict or null.
    HPyFunc_initproc(*mut HPyContext, HPy, *const HPy, HPy_ssize_t, HPy) -> c_int;
    /// `__new__`; the keywords are a dict or null.
    HPyFunc_newfunc(*mut HPyContext, HPy, *const HPy, HPy_ssize_t, HPy) -> HPy;
    /// `__get__`; instance and owner may be null.
    HPyFunc_descrgetfunc(*mut HPyContext, HPy, HPy, HPy) -> HPy;
    /// Reads an attribute; the pointer is the definition's closure.
    HPyFunc_getter(*mut HPyContext, HPy, *mut c_void) -> HPy;
    /// Writes an attribute; a null value deletes.
    HPyFunc_setter(*mut HPyContext, HPy, HPy, *mut c_void) -> c_int;
    /// Fills in a buffer.
    HPyFunc_getbufferproc(*mut HPyContext, HPy, *mut HPy_buffer, c_int) -> c_int;
    /// Gives a buffer back.
    HPyFunc_releasebufferproc(*mut HPyContext, HPy, *mut HPy_buffer);
    /// Visits the fields of a native struct.
    HPyFunc_traverseproc(*mut c_void, HPyFunc_visitproc, *mut c_void) -> c_int;
    /// Finalizes an object that is still whole.
    HPyFunc_destructor(*mut HPyContext, HPy);
    /// Frees what a native struct owns. It gets no context.
    HPyFunc_destroyfunc(*mut c_void);
    /// Makes a module from its spec.
    HPyFunc_mod_create(*mut HPyContext, HPy) -> HPy;
    /// Fills a module in: `HPyFunc_inquiry` in the headers.
    HPyFunc_mod_exec(*mut HPyContext, HPy) -> c_int;
}

/// Called for each field of an object.
pub type HPyFunc_visitproc = unsafe extern "C" fn(*mut HPyField, *mut c_void) -> c_int;

/// Frees what a capsule points to: its name, pointer and context.
pub type HPyFunc_Capsule_Destructor = unsafe extern "C" fn(*const c_char, *mut c_void, *mut c_void);

/// Calls the destructor of a capsule from a frame that no exception passes.
///
/// # Safety
///
/// The extension gave the destructor for these three values.
pub(crate) unsafe fn destroy_capsule(
    destructor: HPyFunc_Capsule_Destructor,
    name: *const c_char,
    pointer: *mut c_void,
    context: *mut c_void,
) {
    type Entry =
        unsafe extern "C" fn(*const c_char, *mut c_void, *mut c_void, HPyFunc_Capsule_Destructor);
    // SAFETY: three pointers, and a function that takes them.
    let entry = unsafe { std::mem::transmute::<*const c_void, Entry>(call_frame::entry::<3>()) };
    // SAFETY: the caller vouches for it.
    unsafe { entry(name, pointer, context, destructor) };
}
