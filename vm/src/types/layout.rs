//! The native struct that a type's instances carry.

use hpy_loader::abi::HPyType_BuiltinShape;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{Context, Py};

/// The builtin type that a struct is attached to.
pub type Shape = HPyType_BuiltinShape;

/// The native struct that instances of a type carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The builtin type that the struct is attached to.
    pub shape: Shape,
    /// Its size in bytes.
    pub size: usize,
}

/// The builtin type of a shape; none for what is no shape.
pub fn builtin_of(shape: Shape, ctx: &Context) -> Option<&'static Py<PyType>> {
    Some(match shape {
        Shape::HPyType_BuiltinShape_Object | Shape::HPyType_BuiltinShape_Legacy => {
            ctx.types.object_type
        }
        Shape::HPyType_BuiltinShape_Type => ctx.types.type_type,
        Shape::HPyType_BuiltinShape_Long => ctx.types.int_type,
        Shape::HPyType_BuiltinShape_Float => ctx.types.float_type,
        Shape::HPyType_BuiltinShape_Unicode => ctx.types.str_type,
        Shape::HPyType_BuiltinShape_Tuple => ctx.types.tuple_type,
        Shape::HPyType_BuiltinShape_List => ctx.types.list_type,
        _ => return None,
    })
}

/// The class, its base, the base's base, and so on to `object`.
pub fn ancestry(class: &Py<PyType>) -> impl Iterator<Item = &Py<PyType>> {
    std::iter::successors(Some(class), |class| class.base.deref())
}
