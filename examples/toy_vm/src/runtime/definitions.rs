//! Modules and types of extensions, and the promise that the VM keeps the contract.

use std::collections::BTreeMap;

use hpy_loader::runtime::Runtime;
use hpy_loader::spec::{ModuleDef, TypeDef};
use hpy_loader::{Definitions, Loader};

use crate::class::Definition;
use crate::{Class, Data, Object, Toy, VmResult};

// SAFETY: objects are counted and never move (rules 1, 2, 8 and 9). The methods of rule 3
// look at values and call nobody. Fields are released when their object dies (4). Text and
// native structs lie in the object that they belong to and stay there (5, 6). Functions of a
// type are found through the instance's own class (7).
unsafe impl<const THREADS: bool> Runtime for Toy<THREADS> {}

impl<const THREADS: bool> Definitions for Toy<THREADS> {
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Object,
        definition: &'static ModuleDef,
    ) -> VmResult<Object> {
        let mut names = BTreeMap::new();
        names.insert("__name__".to_owned(), spec.clone());
        for method in &definition.methods {
            // Python's functions would get the module as their receiver. A module
            // that counted references to itself would never die.
            let function = self.bind(loader, method, self.none());
            names.insert(method.name.clone(), function);
        }
        Ok(self.object(Data::Module(names.into())))
    }

    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: Box<TypeDef>,
        bases: &[&Object],
        _metaclass: Option<&Object>,
    ) -> VmResult<Object> {
        let bases = match bases {
            [] => vec![self.builtin("object")],
            _ => bases.iter().map(|&base| base.clone()).collect(),
        };
        // Functions refer to it, and this VM keeps the definitions of types for ever.
        let definition: &'static TypeDef = Box::leak(definition);
        let name = definition.name();
        let class = Class::new(name, bases, Some(Definition::new(loader, definition)));
        Ok(self.object(Data::Class(class)))
    }
}
