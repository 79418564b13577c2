//! Modules, code and context variables.

use super::{Roots, Runtime, VmResult};
use crate::Loader;
use crate::abi::HPy_SourceKind;
use crate::spec::ModuleDef;

/// Modules and what surrounds them.
pub trait Modules: Roots {
    /// A module object for the import spec `spec`, with the docstring and the
    /// functions of `definition`, its `__name__` and what else a fresh module
    /// has. The functions call into `loader`. The slots are the loader's to run.
    fn new_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Self::Object,
        definition: &'static ModuleDef,
    ) -> VmResult<Self::Object, Self>
    where
        Self: Runtime;
    /// `importlib.import_module(name)`.
    fn import(&self, name: &str) -> VmResult<Self::Object, Self>;
    /// `compile(source, filename, kind)`.
    fn compile(
        &self,
        source: &str,
        filename: &str,
        kind: HPy_SourceKind,
    ) -> VmResult<Self::Object, Self>;
    /// `eval(code, globals, locals)`.
    fn eval(
        &self,
        code: &Self::Object,
        globals: &Self::Object,
        locals: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `ContextVar(name, default=default)`.
    fn new_context_var(
        &self,
        name: &str,
        default: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;
    /// The variable's value, else `default`, else its own default, else none.
    fn context_var_get(
        &self,
        var: &Self::Object,
        default: Option<&Self::Object>,
    ) -> VmResult<Option<Self::Object>, Self>;
    /// `var.set(value)`: the token.
    fn context_var_set(
        &self,
        var: &Self::Object,
        value: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
}
