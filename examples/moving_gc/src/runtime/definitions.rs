//! Modules and types of extensions, and the promise that the VM keeps the contract.

use super::{VmResult, out};
use crate::heap::Object;
use crate::objects::Definition;
use crate::vm::Vm;
use hpy_loader::library::CApi;
use hpy_loader::runtime::{FastPaths, PyObjects, Runtime};
use hpy_loader::spec::{ModuleDef, TypeDef};
use hpy_loader::{Definitions, Loader};

impl PyObjects for Vm {
    const C_API: CApi =
        CApi::Absent("its collector moves every object, and a PyObject * is the address of one");
}

/// The general operations do: a handle is not the cost here.
impl FastPaths for Vm {}

// SAFETY: a root is an address that the collector rewrites in its slot (rules 1 and 8). A
// method makes a `Local` of each argument before it allocates (2). The methods of rule 3
// read the heap and allocate nothing. The collector rewrites what fields refer to through
// `tp_traverse`, and forgets the rest (4). Text and native structs lie in companions, which
// never move (5, 6). The attributes of a class check their receivers (7). Roots lie in
// slots only, so `UNTRACKED_ROOTS` stays false (9).
unsafe impl Runtime for Vm {}

impl Definitions for Vm {
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Object,
        definition: &'static ModuleDef,
    ) -> VmResult<Object> {
        out(self.extension_module(loader, &self.root(spec), definition))
    }

    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        type_def: Box<TypeDef>,
        bases: &[&Object],
        metaclass: Option<&Object>,
    ) -> VmResult<Object> {
        let bases = self.root_all(bases);
        let metaclass = self.root_optional(metaclass);
        // This VM keeps the definitions of its types for ever.
        let type_def = Box::leak(type_def);
        let definition = Definition { loader, type_def };
        out(self.extension_class(definition, &bases, metaclass.as_ref()))
    }
}
