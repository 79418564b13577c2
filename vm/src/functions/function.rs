//! One function of an extension's module.

use super::arguments::Keywords;
use crate::runtime::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::abi::HPy;
use hpy_loader::call::Callee;
use hpy_loader::spec::MethodDef;
use rustpython_vm::builtins::{PyStrInterned, PyTuple, PyTupleRef};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

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
    /// The keywords of the last call that had some. A call comes from one place
    /// in a program most of the time, which always gives the same.
    pub names: PyMutex<Option<PyTupleRef>>,
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
        let names = (self.names(names, vm).into(), names.len());
        self.invoke(values, Some(names), vm)
    }

    /// A tuple of the names: that of the last call if it had the same.
    fn names(&self, names: &[PyObjectRef], vm: &VirtualMachine) -> PyTupleRef {
        let same = |(a, b): (&PyObjectRef, &PyObjectRef)| a.is(b);
        if let Some(last) = &*self.names.lock() {
            let known: &[PyObjectRef] = last.as_slice();
            if known.len() == names.len() && known.iter().zip(names).all(same) {
                return last.clone();
            }
        }
        // Not under the lock: making an object may start the collector, and with
        // it finalizers that call this function.
        let tuple = PyTuple::new_ref(names.to_vec(), &vm.ctx);
        let old = self.names.lock().replace(tuple.clone());
        drop(old);
        tuple
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
