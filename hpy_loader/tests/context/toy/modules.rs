//! Modules and context variables.

use std::collections::BTreeMap;

use hpy_loader::Loader;
use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::call::{Callee, Receiver};
use hpy_loader::runtime::Modules;
use hpy_loader::spec::ModuleDef;

use super::class::call_args;
use super::object::{lock, not_in_the_toy};
use super::{Data, Object, Toy, VmResult};

impl<const THREADS: bool> Modules for Toy<THREADS> {
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Self::Object,
        definition: &'static ModuleDef,
    ) -> Result<Self::Object, Self::Object> {
        let mut names = BTreeMap::new();
        names.insert("__name__".to_owned(), spec.clone());
        for method in &definition.methods {
            let receiver = self.none();
            let function = self.function(move |args, names| {
                let name = || method.name.clone();
                let receiver = Receiver::Object(receiver.clone());
                let (args, callee) = (call_args(args, names), Callee::Callable(&name));
                loader.call_method(method, &name, receiver, args, callee)
            });
            names.insert(method.name.clone(), function);
        }
        Ok(self.object(Data::Module(names.into())))
    }

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
