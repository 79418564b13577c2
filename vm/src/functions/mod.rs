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
mod cells;
mod definition;
mod function;
mod initializer;
mod names;

pub use arguments::{Keywords, keyword_dict};
pub use definition::{bound_function, class_method, descriptor};
pub use initializer::Initializer;

use crate::host::{RustPython, into_exception};
use definition::define;
use function::Function;
use hpy_loader::Loader;
use hpy_loader::call::Callee;
use hpy_loader::spec::{MethodDef, MethodFunction};
use names::NameTuples;
use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::function::{FuncArgs, PyMethodDef, PyMethodFlags};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use std::sync::OnceLock;

/// A function of a module. The module is what the function gets as `self`, and
/// what Python sees as its `__self__`.
///
/// # Errors
///
/// `MemoryError` if there is no handle left for the module.
pub fn module_function(
    loader: &'static Loader<RustPython>,
    method: &'static MethodDef,
    module: &Py<PyModule>,
    vm: &VirtualMachine,
) -> Result<PyObjectRef, PyObjectRef> {
    let receiver: PyObjectRef = module.to_owned().into();
    let module_name = receiver
        .get_attr("__name__", vm)
        .and_then(|name| name.str(vm))
        .map(|name| vm.ctx.intern_str(name.as_wtf8()))
        .ok();
    let function: &'static Function = Box::leak(Box::new(Function {
        loader,
        method,
        receiver: loader.keep(receiver.clone())?,
        module: module_name,
        names: NameTuples::default(),
    }));
    install_vectorcall(vm);
    let definition = define(
        &method.name,
        method.doc.as_deref(),
        flags(method.function),
        cells::closure(function),
    );
    let mut function = definition.to_function().with_module_object(receiver);
    if let Some(module_name) = module_name {
        function = function.with_module(module_name);
    }
    Ok(function.into_ref(&vm.ctx).into())
}

/// The signature as RustPython has it, by which its interpreter chooses how to
/// call.
fn flags(function: MethodFunction) -> PyMethodFlags {
    match function {
        MethodFunction::NoArgs(_) => PyMethodFlags::NOARGS,
        MethodFunction::O(_) => PyMethodFlags::O,
        MethodFunction::VarArgs(_) => PyMethodFlags::FASTCALL,
        MethodFunction::Keywords(_) => PyMethodFlags::FASTCALL | PyMethodFlags::KEYWORDS,
    }
}

/// RustPython's type of the slot `vectorcall`.
type VectorCall =
    fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

/// RustPython's `vectorcall` of builtin functions, once ours stands in front.
static THEIRS: OnceLock<VectorCall> = OnceLock::new();

fn install_vectorcall(vm: &VirtualMachine) {
    THEIRS.get_or_init(|| {
        let slot = &vm
            .ctx
            .types
            .builtin_function_or_method_type
            .slots
            .vectorcall;
        let theirs = slot.load().expect("builtin functions have a vectorcall");
        slot.store(Some(vectorcall));
        theirs
    });
}

/// The payload of a builtin function. RustPython has no public name for its type,
/// which is the one that `maker` makes.
#[inline]
fn native<T: PyPayload>(
    callable: &PyObject,
    _maker: impl Fn(&'static PyMethodDef) -> T,
) -> Option<&Py<T>> {
    callable.downcast_ref()
}

/// `vectorcall` of builtin functions: ours without a detour, others as ever.
fn vectorcall(
    callable: &PyObject,
    args: Vec<PyObjectRef>,
    count: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(native) = native(callable, PyMethodDef::to_function)
        && let Some(function) = cells::find(native.as_func())
    {
        return function.vectorcall(args, count, names, vm);
    }
    let theirs = THEIRS.get().expect("set before this function was");
    theirs(callable, args, count, names, vm)
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
        let receiver = match args.args.len() {
            // The one or two that most calls have need no moving up.
            1 | 2 => args.args.swap_remove(0),
            _ => args.args.remove(0),
        };
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
    let result = unsafe { loader.call_method(method, qualified, receiver, values, names, callee) };
    result.map_err(|error| into_exception(error, vm))
}
