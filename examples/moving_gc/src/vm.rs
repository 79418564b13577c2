//! The VM: the heap, and what is known by name.

use crate::heap::{Heap, Local};
use hpy_loader::abi::HPy_SourceKind;

/// The outcome of an operation; the error is an exception instance.
pub type Result<T = Local> = std::result::Result<T, Local>;

/// What a function is called with.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Local>,
    /// By name, in order. The names are `str` objects.
    pub keywords: Vec<(Local, Local)>,
}

/// A function in Rust. `function` is the function object, which has what the
/// function has captured ([`Vm::captured`]).
pub type NativeFunction = fn(vm: &Vm, function: &Local, arguments: Arguments) -> Result;

/// What a language adds to the VM.
pub trait Language {
    /// `compile(source, filename, kind)`.
    fn compile(&self, vm: &Vm, source: &str, filename: &str, kind: HPy_SourceKind) -> Result;
    /// `eval(code, globals, locals)`.
    fn eval(&self, vm: &Vm, code: &Local, globals: &Local, locals: &Local) -> Result;
    /// The module of this name, if the language has one, made afresh. The VM
    /// keeps it in its table of modules.
    fn import(&self, vm: &Vm, name: &str) -> Result<Option<Local>>;
}

/// The VM.
pub struct Vm {
    pub(crate) heap: Heap,
}
