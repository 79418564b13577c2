//! Importing, code and context variables.

use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::runtime::Modules;

use crate::object::lock;
use crate::{Data, Object, Toy, VmResult};

impl<const THREADS: bool> Modules for Toy<THREADS> {
    fn import(&self, name: &str) -> VmResult<Object> {
        Err(self.raise("ModuleNotFoundError", &format!("no module '{name}'")))
    }

    fn compile(&self, _: &str, _: &str, _: HPy_SourceKind) -> VmResult<Object> {
        self.missing("compiler")
    }

    fn eval(&self, code: &Object, _: &Object, _: &Object) -> VmResult<Object> {
        Err(self.type_error(&format!("{code} is no code")))
    }

    fn new_context_var(&self, _: &str, default: Option<&Object>) -> VmResult<Object> {
        Ok(self.object(Data::ContextVar {
            default: default.cloned(),
            value: None.into(),
        }))
    }

    fn context_var_get(&self, var: &Object, default: Option<&Object>) -> VmResult<Option<Object>> {
        let Data::ContextVar {
            default: own,
            value,
        } = &var.data
        else {
            return Err(self.no_context_var());
        };
        let value = lock(value).clone();
        Ok(value.or_else(|| default.or(own.as_ref()).cloned()))
    }

    fn context_var_set(&self, var: &Object, new: &Object) -> VmResult<Object> {
        let Data::ContextVar { value, .. } = &var.data else {
            return Err(self.no_context_var());
        };
        let old = lock(value).replace(new.clone());
        drop(old);
        Ok(self.none())
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    fn no_context_var(&self) -> Object {
        self.type_error("an instance of ContextVar was expected")
    }
}
