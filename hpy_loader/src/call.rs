//! The one way out to C.
//!
//! A runtime calls an extension's functions through the methods here, one for
//! each C signature. They take the HPy lock, open handles for the arguments in a
//! frame, call, take the result and judge it: a failure needs a pending error, a
//! success must not leave one. An extension that breaks this gets the
//! `SystemError` that CPython gives (`_Py_CheckFunctionResult`).
//!
//! Arguments are moved in: a runtime hands over roots that it owns, and nothing
//! is cloned on the way.
//!
//! Every function must be what the extension gave for its signature, which is
//! why the methods are unsafe: the C code behind it is trusted to be what its
//! type says.

mod buffer;
mod declaration;
mod method;
mod passage;
mod result;
mod running;
mod slot;
mod trampolines;

pub(crate) use passage::{HandleOwner, Passage, Plain, Way};
pub(crate) use trampolines::Trampolines;

/// What was called, for the message about a result that breaks the rules.
#[derive(Clone, Copy)]
pub enum Callee<'a> {
    /// A callable; the function gives its `repr`.
    Callable(&'a dyn Fn() -> String),
    /// The class that is the first argument.
    Class,
    /// A slot of a type, which CPython's messages do not name.
    Slot,
    /// `HPy_mod_exec` of the module with this name.
    Execution(&'a str),
}
