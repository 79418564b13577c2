//! One function of an extension's module.

use super::arguments::Keywords;
use super::names::NameTuples;
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::abi::HPy;
use hpy_loader::call::Callee;
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
    /// A kept handle of the module.
    pub receiver: HPy,
    /// The module's name, for messages.
    pub module: Option<&'static PyStrInterned>,
    /// Names of keywords that it was called with.
    pub names: NameTuples,
}

impl Function {
    /// A call with arguments as RustPython collects them.
    pub fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Keywords { values, names } = Keywords::new(args, vm);
        self.invoke(values, names, vm)
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
                self.invoke(values, None, vm)
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
        let names = (self.names.tuple(names, vm).into(), names.len());
        self.invoke(values, Some(names), vm)
    }

    #[inline(always)]
    fn invoke(
        &self,
        values: Vec<PyObjectRef>,
        names: Option<(PyObjectRef, usize)>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let name = &self.method.name;
        // As `_PyObject_FunctionStr` and `meth_repr` have it.
        let qualified = || match self.module {
            Some(module) if module.as_bytes() != b"builtins" => format!("{module}.{name}"),
            _ => name.clone(),
        };
        let repr = || format!("<built-in function {name}>");
        // SAFETY: the definition is the extension's, read with its signature.
        let result = unsafe {
            self.loader.call_function(
                self.method,
                &qualified,
                self.receiver,
                values,
                names,
                Callee::Callable(&repr),
            )
        };
        result.map_err(|error| into_exception(error, vm))
    }
}
