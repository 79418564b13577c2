//! What hybrid modules share with CPython 3.11: the structures that their C code reads and
//! writes without a function in between, and the functions that they give for types and modules.
//!
//! CPython's names have `cpy_` in front here, as `cpy_PyObject` has in HPy's headers.

use super::functions::c_functions;
use super::{CFunction, HPy_RichCmpOp, HPyCFunction, HPyMember_FieldType};
use crate::platform::call_frame;
use std::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

/// The interpreter in the file name of a hybrid module that has these structures: the
/// `cp311` of `foo.hpy0-cp311.so`.
pub const CPYTHON_TAG: &str = "cp311";

/// The head of every object: `PyObject_HEAD`.
#[repr(C)]
#[derive(Debug)]
pub struct cpy_PyObject {
    /// How many references C has. `Py_INCREF` and `Py_DECREF` count here by themselves.
    pub ob_refcnt: isize,
    /// The class.
    pub ob_type: *mut cpy_PyTypeObject,
}

/// A function or table that C code may call or read, and that is not there.
type Absent = *const c_void;

/// A class, as C code sees it.
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs)]
pub struct cpy_PyTypeObject {
    pub ob_base: cpy_PyObject,
    pub ob_size: isize,
    pub tp_name: *const c_char,
    pub tp_basicsize: isize,
    pub tp_itemsize: isize,
    pub tp_dealloc: Absent,
    pub tp_vectorcall_offset: isize,
    pub tp_getattr: Absent,
    pub tp_setattr: Absent,
    pub tp_as_async: Absent,
    pub tp_repr: Absent,
    pub tp_as_number: Absent,
    pub tp_as_sequence: Absent,
    pub tp_as_mapping: Absent,
    pub tp_hash: Absent,
    pub tp_call: Absent,
    pub tp_str: Absent,
    pub tp_getattro: Absent,
    pub tp_setattro: Absent,
    pub tp_as_buffer: Absent,
    pub tp_flags: c_ulong,
    pub tp_doc: *const c_char,
    pub tp_traverse: Absent,
    pub tp_clear: Absent,
    pub tp_richcompare: Absent,
    pub tp_weaklistoffset: isize,
    pub tp_iter: Absent,
    pub tp_iternext: Absent,
    pub tp_methods: Absent,
    pub tp_members: Absent,
    pub tp_getset: Absent,
    pub tp_base: *mut cpy_PyTypeObject,
    pub tp_dict: Absent,
    pub tp_descr_get: Absent,
    pub tp_descr_set: Absent,
    pub tp_dictoffset: isize,
    pub tp_init: Absent,
    pub tp_alloc: Absent,
    pub tp_new: Absent,
    /// Frees the memory of an object whose `tp_dealloc` is done with it.
    pub tp_free: Option<unsafe extern "C" fn(*mut c_void)>,
    pub tp_is_gc: Absent,
    pub tp_bases: Absent,
    pub tp_mro: Absent,
    pub tp_cache: Absent,
    pub tp_subclasses: Absent,
    pub tp_weaklist: Absent,
    pub tp_del: Absent,
    pub tp_version_tag: c_uint,
    pub tp_finalize: Absent,
    pub tp_vectorcall: Absent,
}

/// How large `PyHeapTypeObject` is, with which the struct of a legacy metaclass begins.
pub const SIZE_OF_HEAP_TYPE: usize = 904;

/// A method of a type or function of a module.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cpy_PyMethodDef {
    /// UTF-8; null ends a table.
    pub ml_name: *const c_char,
    /// The function.
    pub ml_meth: HPyCFunction,
    /// `METH_*`: how the function takes its arguments.
    pub ml_flags: c_int,
    /// UTF-8, may be null.
    pub ml_doc: *const c_char,
}

/// `ml_flags`.
#[allow(missing_docs)]
pub mod method_flags {
    use std::ffi::c_int;

    pub const METH_VARARGS: c_int = 1;
    pub const METH_KEYWORDS: c_int = 2;
    pub const METH_NOARGS: c_int = 4;
    pub const METH_O: c_int = 8;
    pub const METH_CLASS: c_int = 0x10;
    pub const METH_STATIC: c_int = 0x20;
    pub const METH_COEXIST: c_int = 0x40;
    pub const METH_FASTCALL: c_int = 0x80;
    pub const METH_METHOD: c_int = 0x200;
}

/// A member of an object's struct. The types have the numbers of HPy's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cpy_PyMemberDef {
    /// UTF-8; null ends a table.
    pub name: *const c_char,
    /// The C type of the member.
    pub r#type: HPyMember_FieldType,
    /// Its offset in the struct, whose first 16 bytes are the head.
    pub offset: isize,
    /// Bit 0: Python must not assign.
    pub flags: c_int,
    /// UTF-8, may be null.
    pub doc: *const c_char,
}

/// An attribute behind functions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cpy_PyGetSetDef {
    /// UTF-8; null ends a table.
    pub name: *const c_char,
    /// May be null.
    pub get: HPyCFunction,
    /// May be null.
    pub set: HPyCFunction,
    /// UTF-8, may be null.
    pub doc: *const c_char,
    /// Handed to both functions.
    pub closure: *mut c_void,
}

/// A slot of a type.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cpy_PyType_Slot {
    /// Which slot; 0 ends a table.
    pub slot: c_int,
    /// The function, table or text in it.
    pub pfunc: *mut c_void,
}

type Object = *mut cpy_PyObject;

c_functions! {
    /// `METH_NOARGS`, `METH_O` and `METH_VARARGS`: the receiver, and nothing, the argument or a
    /// tuple of arguments.
    cpy_PyCFunction(Object, Object) -> Object;
    /// `METH_VARARGS | METH_KEYWORDS`: a tuple, and a dict or null.
    cpy_PyCFunctionWithKeywords(Object, Object, Object) -> Object;
    /// `METH_FASTCALL`.
    cpy_PyCFunctionFast(Object, *const Object, isize) -> Object;
    /// `METH_FASTCALL | METH_KEYWORDS`; the names are a tuple or null.
    cpy_PyCFunctionFastWithKeywords(Object, *const Object, isize, Object) -> Object;
    /// One operand.
    cpy_unaryfunc(Object) -> Object;
    /// Two operands.
    cpy_binaryfunc(Object, Object) -> Object;
    /// Three operands; `tp_call` with a tuple, and a dict or null.
    cpy_ternaryfunc(Object, Object, Object) -> Object;
    /// A truth value.
    cpy_inquiry(Object) -> c_int;
    /// A length.
    cpy_lenfunc(Object) -> isize;
    /// An index or a count.
    cpy_ssizeargfunc(Object, isize) -> Object;
    /// Assignment at an index; a null value deletes.
    cpy_ssizeobjargproc(Object, isize, Object) -> c_int;
    /// Assignment under a key or name; a null value deletes.
    cpy_objobjargproc(Object, Object, Object) -> c_int;
    /// Containment.
    cpy_objobjproc(Object, Object) -> c_int;
    /// A hash; -1 for failure.
    cpy_hashfunc(Object) -> isize;
    /// A rich comparison.
    cpy_richcmpfunc(Object, Object, HPy_RichCmpOp) -> Object;
    /// `__init__`: a tuple, and a dict or null.
    cpy_initproc(Object, Object, Object) -> c_int;
    /// `__get__`; instance and owner may be null.
    cpy_descrgetfunc(Object, Object, Object) -> Object;
    /// Reads an attribute; the pointer is the definition's closure.
    cpy_getter(Object, *mut c_void) -> Object;
    /// Writes an attribute; a null value deletes.
    cpy_setter(Object, Object, *mut c_void) -> c_int;
    /// The next item; null without an error at the end.
    cpy_iternextfunc(Object) -> Object;
    /// Finalizes an object that is still whole, or ends one.
    cpy_destructor(Object);
}
