//! One function of an extension's module.

use super::arguments::call_args;
use super::names::NameTuples;
use crate::runtime::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::{CallArgs, Callee, Kept, Receiver};
use hpy_loader::spec::MethodDef;
use rustpython_vm::builtins::PyStrInterned;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A function of a module, with what it takes to call it. Never freed.
pub struct Function {
    /// Where it belongs.
    pub loader: &'static Loader<RustPython>,
    /// What the extension gave.
    pub method: &'static MethodDef,
    /// A handle of the module.
    pub receiver: Kept,
    /// The module's name, for messages.
    pub module: Option<&'static PyStrInterned>,
    /// Names of keywords that it was called with.
    pub names: NameTuples,
}

impl Function {
    /// A call with arguments as RustPython collects them.
    pub fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        self.invoke(call_args(args, vm), vm)
    }

    /// A call with arguments as they come: `count` positional ones, and then one
    /// for each name.
    #[inline(always)]
    pub fn vectorcall(
        &self,
        mut values: Vec<PyObjectRef>,
        count: usize,
        names: Option<&[PyObjectRef]>,
        vm: &VirtualMachine,
    ) -> PyResult {
        match names {
            Some(names) if !names.is_empty() => self.call_with_names(values, count, names, vm),
            _ => {
                values.truncate(count);
                self.invoke(CallArgs::positional(values), vm)
            }
        }
    }

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
        let result = self
            .loader
            .call_method(self.method, &qualified, receiver, args, callee);
        result.map_err(|error| into_exception(error, vm))
    }
}
