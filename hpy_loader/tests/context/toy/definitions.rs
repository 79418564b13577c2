//! Modules and types of extensions.

use std::collections::BTreeMap;

use hpy_loader::call::Callee;
use hpy_loader::runtime::Runtime;
use hpy_loader::spec::{ModuleDef, TypeDef};
use hpy_loader::{Definitions, Loader};

use super::class::{Class, Link, counted};
use super::{Data, LoaderRef, Toy};

// SAFETY: objects are counted and never move, and text and native structs lie in the
// objects. Nothing here runs Python code but what the chapters say.
unsafe impl<const THREADS: bool> Runtime for Toy<THREADS> {}

impl<const THREADS: bool> Definitions for Toy<THREADS> {
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Self::Object,
        definition: &'static ModuleDef,
    ) -> Result<Self::Object, Self::Object> {
        let (mut names, loader) = (BTreeMap::new(), LoaderRef(loader));
        names.insert("__name__".to_owned(), spec.clone());
        for method in &definition.methods {
            let receiver = self.none();
            let function = self.function(move |args, names| {
                let name = || method.name.clone();
                // SAFETY: the extension defined the method.
                unsafe {
                    loader.call_method(
                        method,
                        &name,
                        receiver.clone(),
                        args.iter().map(|&arg| arg.clone()).collect(),
                        counted(names),
                        Callee::Callable(&name),
                    )
                }
            });
            names.insert(method.name.clone(), function);
        }
        Ok(self.object(Data::Module(names.into())))
    }

    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: &'static TypeDef,
        bases: &[&Self::Object],
        _metaclass: Option<&Self::Object>,
    ) -> Result<Self::Object, Self::Object> {
        let bases = match bases {
            [] => vec![self.builtin("object")],
            _ => bases.iter().map(|&base| base.clone()).collect(),
        };
        let link = Box::new(Link {
            loader: LoaderRef(loader),
            definition,
        });
        let class = Class::new(definition.name(), bases, Some(link));
        Ok(self.object(Data::Class(class)))
    }
}
