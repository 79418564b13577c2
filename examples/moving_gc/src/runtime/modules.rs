//! Modules, code and context variables.

use super::{VmResult, out, out_value};
use crate::heap::{Local, Object};
use crate::vm::{Arguments, Result, Vm};
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

    /// `contextvars.ContextVar`, which is the language's.
    fn context_var_class(&self) -> Result {
        self.get_attr(&self.import("contextvars")?, "ContextVar")
    }

    fn check_variable(&self, variable: &Local) -> Result<()> {
        match self.is_instance(variable, &self.context_var_class()?) {
            true => Ok(()),
            false => Err(self.error("TypeError", "an instance of ContextVar was expected")),
        }
    }

    fn new_variable(&self, name: &str, default: Option<Local>) -> Result {
        let default = default.map(|default| (self.str("default"), default));
        let arguments = Arguments {
            positional: vec![self.str(name)],
            keywords: default.into_iter().collect(),
        };
        self.call(&self.context_var_class()?, arguments)
    }

    fn variable_get(&self, variable: &Local, default: Option<Local>) -> Result<Option<Local>> {
        self.check_variable(variable)?;
        let default: Vec<Local> = default.into_iter().collect();
        match self.call_method(variable, "get", default.into()) {
            Err(error) if self.is_error(&error, "LookupError") => Ok(None),
            value => value.map(Some),
        }
    }

    fn variable_set(&self, variable: &Local, value: Local) -> Result {
        self.check_variable(variable)?;
        self.call_method(variable, "set", [value].into())
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
        out(self.new_variable(name, self.root_optional(default)))
    }

    fn context_var_get(&self, var: &Object, default: Option<&Object>) -> VmResult<Option<Object>> {
        let (var, default) = (self.root(var), self.root_optional(default));
        let value = out_value(self.variable_get(&var, default))?;
        Ok(value.map(Local::into_object))
    }

    fn context_var_set(&self, var: &Object, value: &Object) -> VmResult<Object> {
        let (var, value) = (self.root(var), self.root(value));
        out(self.variable_set(&var, value))
    }
}
