//! Modules, code and context variables.

use super::{VmResult, out, out_value};
use crate::heap::{Kind, Local, Object};
use crate::vm::{Result, Vm};
use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::runtime::Modules;

impl Vm {
    fn no_language(&self, what: &str) -> Local {
        let message = format!("{what}: this VM was given no language");
        self.error("NotImplementedError", &message)
    }

    fn compile_source(&self, source: &str, filename: &str, kind: HPy_SourceKind) -> Result {
        match self.language() {
            Some(language) => language.compile(self, source, filename, kind),
            None => Err(self.no_language("compile()")),
        }
    }

    fn eval_code(&self, code: &Local, globals: &Local, locals: &Local) -> Result {
        match self.language() {
            Some(language) => language.eval(self, code, globals, locals),
            None => Err(self.no_language("eval()")),
        }
    }

    fn check_variable(&self, variable: &Local) -> Result<()> {
        match self.heap.kind(variable) {
            Kind::ContextVar => Ok(()),
            _ => Err(self.error("TypeError", "an instance of ContextVar was expected")),
        }
    }
}

impl Modules for Vm {
    fn import(&self, name: &str) -> VmResult<Object> {
        out(self.import(name))
    }

    fn compile(&self, source: &str, filename: &str, kind: HPy_SourceKind) -> VmResult<Object> {
        out(self.compile_source(source, filename, kind))
    }

    fn eval(&self, code: &Object, globals: &Object, locals: &Object) -> VmResult<Object> {
        let (code, globals, locals) = (self.root(code), self.root(globals), self.root(locals));
        out(self.eval_code(&code, &globals, &locals))
    }

    fn new_context_var(&self, name: &str, default: Option<&Object>) -> VmResult<Object> {
        let default = self.root_optional(default);
        Ok(self
            .context_variable(&self.str(name), default.as_ref())
            .into_object())
    }

    fn context_var_get(&self, var: &Object, default: Option<&Object>) -> VmResult<Option<Object>> {
        let (var, default) = (self.root(var), self.root_optional(default));
        out_value(self.check_variable(&var))?;
        Ok(self
            .variable_get(&var, default.as_ref())
            .map(Local::into_object))
    }

    fn context_var_set(&self, var: &Object, value: &Object) -> VmResult<Object> {
        let (var, value) = (self.root(var), self.root(value));
        out_value(self.check_variable(&var))?;
        Ok(self.variable_set(&var, &value).into_object())
    }
}
