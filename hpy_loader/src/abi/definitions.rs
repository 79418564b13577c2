//! The structures with which an extension describes modules and types.
//!
//! They are read once, by [`crate::spec`], and nobody else looks at them.

use super::*;
use std::ffi::{c_char, c_int, c_void};

/// A slot of a type or module.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPySlot {
    /// Which slot.
    pub slot: HPySlot_Slot,
    /// The function that fills it.
    pub r#impl: HPyCFunction,
    /// CPython's.
    pub cpy_trampoline: HPyCFunction,
}

/// A method or module function.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyMeth {
    /// UTF-8.
    pub name: *const c_char,
    /// The function.
    pub r#impl: HPyCFunction,
    /// CPython's.
    pub cpy_trampoline: HPyCFunction,
    /// How the function takes its arguments.
    pub signature: HPyFunc_Signature,
    /// UTF-8, may be null.
    pub doc: *const c_char,
}

/// A member of the native struct that Python sees as an attribute.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyMember {
    /// UTF-8.
    pub name: *const c_char,
    /// The C type of the member.
    pub r#type: HPyMember_FieldType,
    /// Its offset in the native struct, in bytes.
    pub offset: HPy_ssize_t,
    /// Not 0 if Python must not assign.
    pub readonly: c_int,
    /// UTF-8, may be null.
    pub doc: *const c_char,
}

/// An attribute that C functions read and write.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyGetSet {
    /// UTF-8.
    pub name: *const c_char,
    /// May be null.
    pub getter_impl: HPyCFunction,
    /// May be null.
    pub setter_impl: HPyCFunction,
    /// CPython's.
    pub getter_cpy_trampoline: HPyCFunction,
    /// CPython's.
    pub setter_cpy_trampoline: HPyCFunction,
    /// UTF-8, may be null.
    pub doc: *const c_char,
    /// Handed to both functions.
    pub closure: *mut c_void,
}

/// The union in an [`HPyDef`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union HPyDefUnion {
    /// For `HPyDef_Kind_Slot`.
    pub slot: HPySlot,
    /// For `HPyDef_Kind_Meth`.
    pub meth: HPyMeth,
    /// For `HPyDef_Kind_Member`.
    pub member: HPyMember,
    /// For `HPyDef_Kind_GetSet`.
    pub getset: HPyGetSet,
}

/// One definition of a type or module.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyDef {
    /// Which member of the union counts.
    pub kind: HPyDef_Kind,
    /// The definition itself; the C member has no name.
    pub definition: HPyDefUnion,
}

/// A module.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyModuleDef {
    /// UTF-8, may be null.
    pub doc: *const c_char,
    /// Size of the module's state; no state is supported by the ABI yet.
    pub size: HPy_ssize_t,
    /// CPython's.
    pub legacy_methods: *mut c_void,
    /// Ends with a null pointer, may be null itself.
    pub defines: *mut *mut HPyDef,
    /// Ends with a null pointer, may be null itself.
    pub globals: *mut *mut HPyGlobal,
}

/// A type.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyType_Spec {
    /// UTF-8, with the module's name before the last dot.
    pub name: *const c_char,
    /// Size of the native struct, in bytes.
    pub basicsize: c_int,
    /// Not supported by the ABI: 0.
    pub itemsize: c_int,
    /// Bits as in CPython's `tp_flags`.
    pub flags: c_ulong,
    /// The builtin type that the native struct is attached to.
    pub builtin_shape: HPyType_BuiltinShape,
    /// CPython's.
    pub legacy_slots: *mut c_void,
    /// Ends with a null pointer, may be null itself.
    pub defines: *mut *mut HPyDef,
    /// UTF-8, may be null.
    pub doc: *const c_char,
}

/// One parameter of a type's creation; an array of them ends with kind 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyType_SpecParam {
    /// What `object` is.
    pub kind: HPyType_SpecParam_Kind,
    /// A type or a tuple of types.
    pub object: HPy,
}

/// How a capsule's content is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyCapsule_Destructor {
    /// CPython's.
    pub cpy_trampoline: HPyCFunction,
    /// The function, or null.
    pub r#impl: Option<HPyFunc_Capsule_Destructor>,
}

/// How an object is called.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyCallFunction {
    /// CPython's.
    pub cpy_trampoline: HPyCFunction,
    /// The function.
    pub r#impl: Option<HPyFunc_keywords>,
}

/// A view of an object's memory.
#[repr(C)]
pub struct HPy_buffer {
    /// The first item.
    pub buf: *mut c_void,
    /// The exporter, owned by the view.
    pub obj: HPy,
    /// Length in bytes.
    pub len: HPy_ssize_t,
    /// Size of an item in bytes.
    pub itemsize: HPy_ssize_t,
    /// Not 0 if the memory must not be written.
    pub readonly: c_int,
    /// Number of dimensions.
    pub ndim: c_int,
    /// `struct` syntax; null means bytes.
    pub format: *mut c_char,
    /// `ndim` lengths, or null.
    pub shape: *mut HPy_ssize_t,
    /// `ndim` strides in bytes, or null.
    pub strides: *mut HPy_ssize_t,
    /// `ndim` offsets for indirect arrays, or null.
    pub suboffsets: *mut HPy_ssize_t,
    /// The exporter's own.
    pub internal: *mut c_void,
}
