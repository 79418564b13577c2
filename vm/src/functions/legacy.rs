//! Functions of CPython's own API as Python callables.

use super::arguments::call_args;
use super::definition::{Definition, define, outlive};
use super::method::MethodDescriptor;
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call;
use hpy_loader::spec::{LegacyMethodDef, LegacyReceiver, TypeDef};
use rustpython_vm::builtins::{PyClassMethod, PyStaticMethod, PyStrInterned, PyType};
use rustpython_vm::function::{Callee, FuncArgs, PyMethodFlags};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use std::sync::Arc;

/// Calls a function on what it is bound to, its first argument.
fn call(
    loader: &'static Loader<RustPython>,
    method: &LegacyMethodDef,
    mut args: FuncArgs,
    (qualified, repr): (&dyn Fn() -> String, &dyn Fn() -> String),
    vm: &VirtualMachine,
) -> PyResult {
    let receiver = match method.receiver {
        LegacyReceiver::Nothing => None,
        _ if args.args.is_empty() => {
            let qualified = qualified();
            let message = format!("unbound method {qualified}() needs an argument");
            return Err(vm.new_type_error(message));
        }
        _ => Some(args.args.remove(0)),
    };
    let callee = call::Callee::Callable(repr);
    let args = call_args(args, vm);
    let result = loader.call_legacy_method(method, qualified, receiver, args, callee);
    result.map_err(|error| into_exception(error, vm))
}

/// A function of a module, which is what the function gets as `self`. It keeps the module,
/// and both are there for ever.
pub fn legacy_function(
    loader: &'static Loader<RustPython>,
    method: &'static LegacyMethodDef,
    module: &PyObject,
    module_name: &'static PyStrInterned,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let receiver = module.to_owned();
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _: Callee| {
        let qualified = || format!("{module_name}.{}", method.name);
        let repr = || format!("<built-in function {}>", method.name);
        args.prepend_arg(receiver.clone());
        call(loader, method, args, (&qualified, &repr), vm)
    };
    let doc = method.doc.as_deref();
    let definition = define(&method.name, doc, PyMethodFlags::EMPTY, function);
    let function = definition.to_function();
    let function = function
        .with_module_object(module.to_owned())
        .with_module(module_name);
    function.into_ref(&vm.ctx).into()
}

/// The method with this number of a type, as it lies in the dict of its class, and what it
/// was made from, if the class has to keep that.
pub fn legacy_descriptor(
    loader: &'static Loader<RustPython>,
    of: &Arc<TypeDef>,
    index: usize,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Option<Definition>) {
    let method = &of.legacy.methods[index];
    // SAFETY: the function below keeps them, and goes with the definition.
    let (name, doc) = unsafe {
        (
            outlive(&*method.name),
            method.doc.as_deref().map(|doc| outlive(doc)),
        )
    };
    let receiver = method.receiver;
    let of = of.clone();
    let function = move |vm: &VirtualMachine, args: FuncArgs, _: Callee| {
        let method = &of.legacy.methods[index];
        let qualified = || format!("{}.{}", of.name(), method.name);
        let repr = || format!("<method '{}' of '{}' objects>", method.name, of.full_name);
        call(loader, method, args, (&qualified, &repr), vm)
    };
    if receiver == LegacyReceiver::Instance {
        let definition = Definition::new(name, doc, PyMethodFlags::METHOD, function);
        let attribute = MethodDescriptor::make(&definition, class, vm);
        return (attribute, Some(definition));
    }
    // Such a function does not keep the class, so what it is made from is never freed.
    let (name, doc) = (
        name.to_owned().leak(),
        doc.map(|doc| &*doc.to_owned().leak()),
    );
    let function = define(name, doc, PyMethodFlags::EMPTY, function).build_function(&vm.ctx);
    let attribute = match receiver {
        LegacyReceiver::Class => PyClassMethod::from(PyObjectRef::from(function))
            .into_ref(&vm.ctx)
            .into(),
        _ => PyStaticMethod::new(function.into())
            .into_ref(&vm.ctx)
            .into(),
    };
    (attribute, None)
}
