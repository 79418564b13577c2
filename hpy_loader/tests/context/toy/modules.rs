//! Modules and context variables.

use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::runtime::Modules;

use super::object::{lock, not_in_the_toy};
use super::{Data, Object, Toy, VmResult};

impl<const THREADS: bool> Modules for Toy<THREADS> {
    fn import(&self, name: &str) -> VmResult<Object> {
        Err(self.raise("ModuleNotFoundError", &format!("no module '{name}'")))
    }

    fn compile(&self, _: &str, _: &str, _: HPy_SourceKind) -> VmResult<Object> {
        not_in_the_toy("compiler")
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
            } => Ok(lock(value)
                .clone()
                .or_else(|| default.cloned())
                .or_else(|| own.clone())),
            _ => Err(self.type_error("an instance of ContextVar was expected")),
        }
    }

    fn context_var_set(&self, var: &Object, new: &Object) -> VmResult<Object> {
        match &var.data {
            Data::ContextVar { value, .. } => {
                let old = lock(value).replace(new.clone());
                drop(old);
                Ok(self.none())
            }
            _ => Err(self.type_error("an instance of ContextVar was expected")),
        }
    }
}
