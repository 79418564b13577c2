//! Instances of types that extensions define.

use super::{Roots, VmResult};
use crate::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use std::ffi::c_void;

/// Heap types with a native struct.
///
/// The struct is memory that C sees: zeroed when the object is made, aligned to
/// 16 bytes, and never moved while the object lives. When the object dies, the
/// runtime calls `tp_finalize`, empties the fields that `tp_traverse` visits,
/// and calls `tp_destroy`, each from the most derived type to the base
/// (`hpytype_dealloc` in hpy's `ctx_type.c`).
pub trait Types: Roots {
    /// A new instance of `class`, which is a type, without calling `__new__` or
    /// `__init__`, and its native struct.
    fn new_instance(&self, class: &Self::Object) -> VmResult<(Self::Object, *mut c_void), Self>;
    /// The native struct that the object has under a type of this shape, which may be a
    /// base of the object's own; null if it has none.
    fn native_struct(&self, object: &Self::Object, shape: HPyType_BuiltinShape) -> *mut c_void;
    /// The shape that the type was made with; `HPyType_BuiltinShape_Legacy` for types that
    /// HPy did not make, such as classes of Python that derive from one that it did.
    /// `class` is a type.
    fn builtin_shape(&self, class: &Self::Object) -> HPyType_BuiltinShape;
    /// Replaces the function that runs when `object` is called. `TypeError` if
    /// its type has no `HPy_tp_call`.
    fn set_call_function(
        &self,
        object: &Self::Object,
        function: HPyFunc_keywords,
    ) -> VmResult<(), Self>;
}
