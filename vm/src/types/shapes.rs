//! What the slots `alloc` and `new` of types hold, by the builtin type that instances
//! extend.

use super::info::type_name;
use super::layout::Shape;
use super::payload::{Alloc, Extensible, Legacy, Object, alloc, extend};
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyFloat, PyInt, PyList, PyStr, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine, identifier};
use std::ptr::fn_addr_eq;
use std::sync::atomic::AtomicBool;

/// RustPython's type of the slot `new`.
pub type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// What the slots of a type of one shape hold.
pub struct Shaped {
    pub shape: Shape,
    /// Makes an instance without arguments.
    pub alloc: Alloc,
    /// `tp_new`, where no extension gives its own.
    pub new: New,
    /// Whether `__new__` of the builtin type is ours already.
    pub is_replaced: AtomicBool,
}

impl Shaped {
    /// Whether instances of the class look like those of the shape.
    pub fn lays_out(&self, class: &Py<PyType>) -> bool {
        let alloc = class.slots().alloc.load();
        alloc.is_some_and(|alloc| fn_addr_eq(alloc, self.alloc))
    }

    const fn of<B: Extensible>(new: New) -> Self {
        Self {
            shape: B::SHAPE,
            alloc: alloc::<B>,
            new,
            is_replaced: AtomicBool::new(false),
        }
    }
}

/// The shapes whose instances have the native struct in their payload.
pub static SHAPES: [Shaped; 7] = [
    Shaped::of::<Object>(new_object),
    Shaped::of::<Legacy>(new_object),
    Shaped::of::<PyInt>(new_extended::<PyInt>),
    Shaped::of::<PyFloat>(new_extended::<PyFloat>),
    Shaped::of::<PyStr>(new_extended::<PyStr>),
    Shaped::of::<PyTuple>(new_extended::<PyTuple>),
    Shaped::of::<PyList>(new_extended::<PyList>),
];

/// What the slots of a type of this shape hold, if its instances have the struct
/// in their payload.
pub fn shaped(shape: Shape) -> Option<&'static Shaped> {
    SHAPES.iter().find(|shaped| shaped.shape == shape)
}

/// The slot `new` of a type of the shape `object`, or a legacy one, without `tp_new`: does what
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
    let methods = identifier!(vm, __abstractmethods__);
    let methods = class.as_object().get_attr(methods, vm)?.get_iter(vm)?;
    let names = methods.into_iter::<PyObjectRef>(vm);
    let names = names.map(|name| Ok(name?.str(vm)?.to_string()));
    let mut names = names.collect::<PyResult<Vec<_>>>()?;
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
    let new = builtin.slots().new.load();
    let new = new.ok_or_else(|| vm.new_system_error("a builtin type without tp_new"))?;
    let value = new(builtin.to_owned(), args, vm)?;
    match value.downcast_ref::<B>() {
        Some(value) => extend(value.copy(), class, vm),
        None => Err(vm.new_system_error("a builtin type made something else")),
    }
}
