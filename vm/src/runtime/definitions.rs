//! Modules and types of extensions, and the promise that RustPython keeps the contract.

use super::types::class_of;
use crate::functions::new_module;
use crate::host::{Root, RustPython, attempt, attempt_object};
use crate::types::creation;
use hpy_loader::runtime::{Runtime, VmResult};
use hpy_loader::spec::{ModuleDef, TypeDef};
use hpy_loader::{Definitions, Loader};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{AsObject, Py, PyResult};

// SAFETY: a root is a counted reference, and no object ever moves (rules 1, 2, 8 and 9).
// The methods of rule 3 look at payloads of builtin types and of our own, and run nothing.
// A field's root is counted, and cleared when its owner dies (4). C reads the text of the
// object itself (5). A native struct is part of the payload of its instance (6). Every
// descriptor and slot checks its receiver before it calls C (7).
unsafe impl Runtime for RustPython {}

impl Definitions for RustPython {
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Root,
        definition: &'static ModuleDef,
    ) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let name = spec.get_attr("name", vm)?;
            let Some(text) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else {
                let class = name.class().name().to_owned();
                let message = format!("the name in a module spec must be a str, not {class}");
                return Err(vm.new_type_error(message));
            };
            new_module(loader, text, definition, vm)
        })
    }

    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: Box<TypeDef>,
        bases: &[&Root],
        metaclass: Option<&Root>,
    ) -> VmResult<Root, Self> {
        attempt(|vm| {
            let bases = bases.iter().map(|base| Ok(class_of(base, vm)?.to_owned()));
            let bases = bases.collect::<PyResult<Vec<_>>>()?;
            let metaclass = metaclass.map(|metaclass| class_of(metaclass, vm));
            let metaclass = metaclass.transpose()?;
            let metaclass = metaclass.map(Py::to_owned);
            creation::new_type(loader, definition, bases, metaclass, vm).map(Into::into)
        })
    }
}
