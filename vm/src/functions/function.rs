//! The functions of an extension's module.

use super::arguments::call_args;
use super::cells;
use super::definition::define_static;
use super::names::NameTuples;
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::{CallArgs, Callee, Kept, Receiver};
use hpy_loader::spec::{MethodDef, MethodFunction};
use rustpython_vm::builtins::{PyModule, PyStrInterned};
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
    let name = receiver
        .get_attr("__name__", vm)
        .and_then(|name| name.str(vm));
    let module_name = name.ok().map(|name| vm.ctx.intern_str(name.as_wtf8()));
    let function: &'static Function = Box::leak(Box::new(Function {
        loader,
        method,
        receiver: loader.keep(receiver.clone())?,
        module: module_name,
        names: NameTuples::default(),
    }));
    install_vectorcall(vm);
    let definition = define_static(
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
        let types = &vm.ctx.types;
        let slot = &types.builtin_function_or_method_type.slots.vectorcall;
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
    mut args: Vec<PyObjectRef>,
    count: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(native) = native(callable, PyMethodDef::to_function)
        && let Some(function) = cells::find(native.as_func())
    {
        return match names {
            Some(names) if !names.is_empty() => function.call_with_names(args, count, names, vm),
            _ => {
                args.truncate(count);
                function.invoke(CallArgs::positional(args), vm)
            }
        };
    }
    let theirs = THEIRS.get().expect("set before this function was");
    theirs(callable, args, count, names, vm)
}

/// A function of a module, with what it takes to call it. Never freed.
pub struct Function {
    pub loader: &'static Loader<RustPython>,
    pub method: &'static MethodDef,
    /// A handle of the module.
    pub receiver: Kept,
    /// The module's name, for messages.
    pub module: Option<&'static PyStrInterned>,
    pub names: NameTuples,
}

impl Function {
    /// A call with arguments as RustPython collects them.
    pub fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        self.invoke(call_args(args, vm), vm)
    }

    /// A call with `count` positional arguments, and then one for each name.
    #[inline(never)]
    fn call_with_names(
        &self,
        mut values: Vec<PyObjectRef>,
        count: usize,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult {
        values.truncate(count + names.len());
        let (names, count) = (self.names.tuple(names, vm), names.len());
        self.invoke(CallArgs::with_keywords(values, names.into(), count), vm)
    }

    #[inline(always)]
    fn invoke(&self, args: CallArgs<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let name = &self.method.name;
        // As `_PyObject_FunctionStr` and `meth_repr` have it.
        let qualified = || match self.module {
            Some(module) if module.as_bytes() != b"builtins" => format!("{module}.{name}"),
            _ => name.clone(),
        };
        let repr = || format!("<built-in function {name}>");
        let (receiver, callee) = (Receiver::Kept(self.receiver), Callee::Callable(&repr));
        let (loader, method) = (self.loader, self.method);
        let result = loader.call_method(method, &qualified, receiver, args, callee);
        result.map_err(|error| into_exception(error, vm))
    }
}
