//! Importing, code and context variables.

use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::runtime::{Errors, Modules};

use crate::object::lock;
use crate::{Data, Object, Toy, VmResult};

const NO_CONTEXT_VAR: &str = "an instance of ContextVar was expected";

impl<const THREADS: bool> Modules for Toy<THREADS> {
    fn import(&self, name: &str) -> VmResult<Object> {
        Err(self.raise("ModuleNotFoundError", &format!("no module '{name}'")))
    }

    fn compile(&self, _: &str, _: &str, _: HPy_SourceKind) -> VmResult<Object> {
        Err(self.not_implemented("compile"))
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
        match &var.data {
            Data::ContextVar {
                default: own,
                value,
            } => {
                let value = lock(value).clone();
                Ok(value.or_else(|| default.or(own.as_ref()).cloned()))
            }
            _ => Err(self.type_error(NO_CONTEXT_VAR)),
        }
    }

    fn context_var_set(&self, var: &Object, new: &Object) -> VmResult<Object> {
        let Data::ContextVar { value, .. } = &var.data else {
            return Err(self.type_error(NO_CONTEXT_VAR));
        };
        let old = lock(value).replace(new.clone());
        drop(old);
        Ok(self.none())
    }
}
