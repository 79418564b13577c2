//! RustPython's method definitions, made at run time.

use rustpython_vm::builtins::PyType;
use rustpython_vm::function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags, PyNativeFn};
use rustpython_vm::{Py, PyObjectRef, VirtualMachine};

/// A definition that is never freed.
///
/// RustPython builds its own at compile time, from functions without a state;
/// the field for the function takes any reference that lives as long.
pub(super) fn define(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: &'static dyn PyNativeFn,
) -> &'static PyMethodDef {
    let doc = doc.map_or(ItemDoc::NONE, ItemDoc::static_text);
    let placeholder = |vm: &VirtualMachine, _: FuncArgs, _| Ok(vm.ctx.none());
    let mut definition = PyMethodDef::new_raw_const(name, placeholder, flags, doc);
    definition.func = function;
    Box::leak(Box::new(definition))
}

/// A method in the dict of `class`. The function gets the receiver as its first
/// argument; RustPython has made sure that it is an instance of the class.
pub fn descriptor(
    name: &'static str,
    doc: Option<&'static str>,
    class: &'static Py<PyType>,
    function: impl PyNativeFn,
    vm: &VirtualMachine,
) -> PyObjectRef {
    define(
        name,
        doc,
        PyMethodFlags::METHOD,
        Box::leak(Box::new(function)),
    )
    .build_method(&vm.ctx, class)
    .into()
}

/// A class method in the dict of `class`. The function gets the class that it is
/// called on as its first argument.
pub fn class_method(
    name: &'static str,
    doc: Option<&'static str>,
    class: &'static Py<PyType>,
    function: impl PyNativeFn,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let function = Box::leak(Box::new(function));
    define(name, doc, PyMethodFlags::CLASS, function)
        .build_classmethod(&vm.ctx, class)
        .into()
}

/// A builtin method of the object `receiver`, which it gets as its first
/// argument.
pub fn bound_function(
    name: &'static str,
    doc: Option<&'static str>,
    receiver: PyObjectRef,
    function: impl PyNativeFn,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let function = Box::leak(Box::new(function));
    let definition = define(name, doc, PyMethodFlags::EMPTY, function);
    definition.build_bound_function(&vm.ctx, receiver).into()
}
