//! Modules, code and context variables.

use super::references::{expect, expect_a};
use crate::host::{Root, RustPython, attempt, attempt_object};
use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::runtime::{Modules, VmResult};
use rustpython_vm::builtins::{PyCode, PyDict};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::ArgMapping;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

impl RustPython {
    /// The class of context variables.
    fn context_var_class(&self, vm: &VirtualMachine) -> PyResult<&Root> {
        if let Some(class) = self.context_var.get() {
            return Ok(class);
        }
        let class = vm.import("_contextvars", 0)?.get_attr("ContextVar", vm)?;
        Ok(self.context_var.get_or_init(|| class))
    }

    fn check_context_var(&self, var: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if var.is_instance(self.context_var_class(vm)?, vm)? {
            return Ok(());
        }
        Err(vm.new_type_error("an instance of ContextVar was expected"))
    }
}

impl Modules for RustPython {
    fn import(&self, name: &str) -> VmResult<Root, Self> {
        attempt(|vm| {
            let name = vm.ctx.new_str(name);
            let top = vm.import(&name, 0)?;
            if !name.as_bytes().contains(&b'.') {
                return Ok(top);
            }
            // The import system returns the package; the module is what it has
            // registered.
            let modules = vm.sys_module.get_attr("modules", vm)?;
            modules.get_item(name.as_object(), vm)
        })
    }

    fn compile(&self, source: &str, filename: &str, kind: HPy_SourceKind) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let mode = match kind {
                HPy_SourceKind::HPy_SourceKind_Expr => Mode::Eval,
                HPy_SourceKind::HPy_SourceKind_File => Mode::Exec,
                HPy_SourceKind::HPy_SourceKind_Single => Mode::Single,
                HPy_SourceKind(kind) => {
                    return Err(vm.new_system_error(format!("invalid source kind: {kind}")));
                }
            };
            vm.compile(source, mode, filename)
                .map_err(|error| error.into_pyexception(vm, Some(source)))
        })
    }

    fn eval(&self, code: &Root, globals: &Root, locals: &Root) -> VmResult<Root, Self> {
        attempt(|vm| {
            let code = expect_a::<PyCode>(code, "a code object", vm)?;
            let complaint = |class: &str| format!("globals must be a dict, not {class}");
            let globals = expect::<PyDict>(globals, complaint, vm)?;
            let locals = ArgMapping::new(locals.clone());
            // Whose globals name no builtins gets the caller's, and nothing is
            // entered into the dict.
            let scope = Scope::new(Some(locals), globals.to_owned());
            vm.run_code_obj(code.to_owned(), scope)
        })
    }

    fn new_context_var(&self, name: &str, default: Option<&Root>) -> VmResult<Root, Self> {
        attempt(|vm| {
            let class = self.context_var_class(vm)?;
            let name = vm.ctx.new_str(name).into();
            match default {
                None => class.call(vec![name], vm),
                Some(default) => {
                    let names = [vm.ctx.new_str("default").into()];
                    class.vectorcall(vec![name, default.clone()], 1, Some(&names), vm)
                }
            }
        })
    }

    fn context_var_get(&self, var: &Root, default: Option<&Root>) -> VmResult<Option<Root>, Self> {
        attempt(|vm| {
            self.check_context_var(var, vm)?;
            let args: Vec<_> = default.cloned().into_iter().collect();
            match vm.call_method(var, "get", args) {
                Ok(value) => Ok(Some(value)),
                // Neither a value nor a default of any kind.
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.lookup_error) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn context_var_set(&self, var: &Root, value: &Root) -> VmResult<Root, Self> {
        attempt(|vm| {
            self.check_context_var(var, vm)?;
            vm.call_method(var, "set", (value.clone(),))
        })
    }
}
