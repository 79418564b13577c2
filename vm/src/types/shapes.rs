//! What the slots `alloc` and `new` of types hold, by the builtin type that instances
//! extend.

use super::info::type_name;
use super::layout::Shape;
use super::payload::{Alloc, Extensible, alloc_extended, alloc_object, extend};
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyFloat, PyInt, PyList, PyStr, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine, identifier};

/// RustPython's type of the slot `new`.
pub type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// What the slots of a type of one shape hold.
pub struct Shaped {
    /// The shape.
    pub shape: Shape,
    /// Makes an instance without arguments.
    pub alloc: Alloc,
    /// `tp_new`, where no extension gives its own.
    pub new: New,
}

impl Shaped {
    const fn extending<B: Extensible>() -> Self {
        Self {
            shape: B::SHAPE,
            alloc: alloc_extended::<B>,
            new: new_extended::<B>,
        }
    }
}

/// The shapes whose instances have the native struct in their payload.
pub static SHAPES: [Shaped; 6] = [
    Shaped {
        shape: Shape::HPyType_BuiltinShape_Object,
        alloc: alloc_object,
        new: new_object,
    },
    Shaped::extending::<PyInt>(),
    Shaped::extending::<PyFloat>(),
    Shaped::extending::<PyStr>(),
    Shaped::extending::<PyTuple>(),
    Shaped::extending::<PyList>(),
];

/// What the slots of a type of this shape hold, if its instances have the struct
/// in their payload.
pub fn shaped(shape: Shape) -> Option<&'static Shaped> {
    SHAPES.iter().find(|shaped| shaped.shape == shape)
}

/// The slot `new` of a type of the shape `object` without `tp_new`: does what
/// `object.__new__` does, with a native struct.
fn new_object(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let object = vm.ctx.types.object_type;
    let is_default = |name| match (class.get_attr(name), object.get_attr(name)) {
        (Some(attribute), Some(default)) => attribute.is(&default),
        _ => false,
    };
    if !args.is_empty() {
        if !is_default(identifier!(vm, __new__)) {
            let message = "object.__new__() takes exactly one argument (the type to instantiate)";
            return Err(vm.new_type_error(message));
        }
        if is_default(identifier!(vm, __init__)) {
            return Err(vm.new_type_error(format!("{}() takes no arguments", type_name(&class))));
        }
    }
    if class.slots().flags.has_feature(PyTypeFlags::IS_ABSTRACT) {
        return Err(abstract_class(&class, vm)?);
    }
    match class.slots().alloc.load() {
        Some(alloc) => alloc(class, 0, vm),
        None => Err(vm.new_system_error(format!("type '{}' has no tp_alloc", type_name(&class)))),
    }
}

/// The error for a class with abstract methods.
fn abstract_class(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let methods = class
        .as_object()
        .get_attr(identifier!(vm, __abstractmethods__), vm)?;
    let mut names = Vec::new();
    for name in methods.get_iter(vm)?.into_iter::<PyObjectRef>(vm) {
        names.push(name?.str(vm)?.to_string());
    }
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    Ok(vm.new_type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} \
         '{}'",
        class.name(),
        names.join("', '"),
    )))
}

/// The slot `new` of a type that extends the builtin type `B`, which reads the
/// arguments; its result is copied.
fn new_extended<B: Extensible>(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let builtin = B::class(&vm.ctx);
    let value = match builtin.slots().new.load() {
        Some(new) => new(builtin.to_owned(), args, vm)?,
        None => return Err(vm.new_system_error("a builtin type without tp_new")),
    };
    match value.downcast_ref::<B>() {
        Some(value) => extend(value.copy(), class, vm),
        None => Err(vm.new_system_error("a builtin type made something else")),
    }
}
