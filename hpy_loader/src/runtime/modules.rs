//! Importing, code and context variables.

use super::{Roots, VmResult};
use crate::abi::HPy_SourceKind;

/// Importing modules, running code, context variables.
pub trait Modules: Roots {
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
