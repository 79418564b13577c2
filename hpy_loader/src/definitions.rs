//! What a VM makes of the definitions of an extension.

use crate::call::Loader;
use crate::runtime::{Runtime, VmResult};
use crate::spec::{ModuleDef, TypeDef};

/// Modules and types that extensions define.
///
/// Both methods get the [`Loader`] of the extension: the VM keeps it beside the
/// definition, and calls the functions of the definition through it, in the mode that the
/// extension was loaded in.
pub trait Definitions: Runtime {
    /// A module object for the import spec `spec`, with the docstring and the
    /// functions of `definition`, its `__name__` and what else a fresh module
    /// has. The functions call into `loader`. The slots are the loader's to run.
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Self::Object,
        definition: &'static ModuleDef,
    ) -> VmResult<Self::Object, Self>;

    /// Makes the type. `bases` are types (none: `object`), `metaclass` is a
    /// type. The loader has validated what does not depend on the bases. The definition
    /// is the type's: it may go when the type does.
    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: Box<TypeDef>,
        bases: &[&Self::Object],
        metaclass: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;
}
