//! Types of the C functions that an extension gives us to call.
//!
//! Each is the `impl` of a definition: the function that takes handles. The
//! trampolines beside it in the definitions are CPython's.

use super::*;
use std::ffi::{c_char, c_int, c_void};

/// A function pointer whose type the definition's kind tells. Null where the
/// extension left it out.
pub type HPyCFunction = *const c_void;

macro_rules! c_functions {
    ($($(#[$doc:meta])* $name:ident($($type:ty),*) $(-> $ret:ty)?;)*) => { $(
        $(#[$doc])*
        pub type $name = unsafe extern "C" fn($($type),*) $(-> $ret)?;
    )* };
}

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
    /// Called for each field of an object.
    HPyFunc_visitproc(*mut HPyField, *mut c_void) -> c_int;
    /// Visits the fields of a native struct.
    HPyFunc_traverseproc(*mut c_void, HPyFunc_visitproc, *mut c_void) -> c_int;
    /// Finalizes an object that is still whole.
    HPyFunc_destructor(*mut HPyContext, HPy);
    /// Frees what a native struct owns. It gets no context.
    HPyFunc_destroyfunc(*mut c_void);
    /// Makes a module from its spec.
    HPyFunc_mod_create(*mut HPyContext, HPy) -> HPy;
    /// Frees what a capsule points to: its name, pointer and context.
    HPyFunc_Capsule_Destructor(*const c_char, *mut c_void, *mut c_void);
}
