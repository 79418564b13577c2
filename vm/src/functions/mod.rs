//! Functions of extensions as Python callables.
//!
//! An extension's function becomes what a C function is in CPython: a
//! `builtin_function_or_method` in a module, a `method_descriptor` in a type.
//! Both are RustPython's own types, so that `types.BuiltinFunctionType`,
//! `inspect` and the interpreter's fast paths know them. RustPython makes them
//! from a definition whose function may be a closure once it is leaked; the
//! closure here is the extension's function with what it needs to be called.
//!
//! Nothing of it is ever freed: the definitions that extensions give live as
//! long as the process (see [`hpy_loader::spec`]), and so do these.

mod arguments;
mod definition;

pub use arguments::{Keywords, keyword_dict};
pub use definition::{bound_function, class_method, descriptor};

use crate::runtime::{RustPython, into_exception};
use definition::define;
use hpy_loader::Loader;
use hpy_loader::call::Callee;
use hpy_loader::spec::MethodDef;
use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// A function of a module. The module is what the function gets as `self`, and
/// what Python sees as its `__self__`.
pub fn module_function(
    loader: &'static Loader<RustPython>,
    method: &'static MethodDef,
    module: &Py<PyModule>,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let receiver: PyObjectRef = module.to_owned().into();
    let module_name = receiver
        .get_attr("__name__", vm)
        .and_then(|name| name.str(vm))
        .map(|name| vm.ctx.intern_str(name.as_wtf8()))
        .ok();
    let name = &method.name;
    // As `_PyObject_FunctionStr` and `meth_repr` have it.
    let qualified = move || match module_name {
        Some(module) if module.as_bytes() != b"builtins" => format!("{module}.{name}"),
        _ => name.clone(),
    };
    let repr = move || format!("<built-in function {name}>");
    let module_object = receiver.clone();
    let function = move |vm: &VirtualMachine, args: FuncArgs, _| {
        invoke(
            loader,
            method,
            &qualified,
            &repr,
            receiver.clone(),
            args,
            vm,
        )
    };
    let definition = define(name, method.doc.as_deref(), PyMethodFlags::EMPTY, function);
    let mut function = definition.to_function().with_module_object(module_object);
    if let Some(module_name) = module_name {
        function = function.with_module(module_name);
    }
    function.into_ref(&vm.ctx).into()
}

/// A method of a type, as it lies in the type's dict. `type_name` is CPython's
/// `tp_name` of the type, for messages.
pub fn method_descriptor(
    loader: &'static Loader<RustPython>,
    method: &'static MethodDef,
    class: &'static Py<PyType>,
    type_name: &'static str,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let name = &method.name;
    let qualified = move || format!("{}.{name}", class.name());
    let repr = move || format!("<method '{name}' of '{type_name}' objects>");
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        if args.args.is_empty() {
            let qualified = qualified();
            let message = format!("unbound method {qualified}() needs an argument");
            return Err(vm.new_type_error(message));
        }
        let receiver = args.args.remove(0);
        invoke(loader, method, &qualified, &repr, receiver, args, vm)
    };
    descriptor(name, method.doc.as_deref(), class, function, vm)
}

#[inline]
fn invoke(
    loader: &'static Loader<RustPython>,
    method: &MethodDef,
    qualified: &dyn Fn() -> String,
    repr: &dyn Fn() -> String,
    receiver: PyObjectRef,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let Keywords { values, names } = Keywords::new(args, vm);
    let callee = Callee::Callable(repr);
    // SAFETY: the definition is the extension's, read with its signature.
    let result = unsafe {
        loader.call_method(
            method,
            qualified,
            receiver,
            values.into_iter(),
            names,
            callee,
        )
    };
    result.map_err(|error| into_exception(error, vm))
}
