//! What a virtual machine gives: the [`Runtime`] trait.
//!
//! A runtime sees objects, never handles. Its own kind of reference to an
//! object is [`Roots::Object`], and the loader keeps such roots in the slots of
//! its handle table; a method takes `&Object`, a borrow of the root itself, and
//! returns a new root.
//!
//! The trait is one trait in chapters, so that an implementation can lie in
//! files by topic as well: implement the nine chapters, and [`Runtime`] follows.
//! Dispatch is static throughout: the C functions of the context are compiled
//! for each runtime, and a call of a chapter's method is a plain Rust call.
//!
//! # Rules for an implementation
//!
//! - A method that fails returns the exception instance, as a root. It leaves
//!   nothing in the VM's own error state: the pending error is the loader's.
//! - A borrow `&Object` lives in a slot that stays where it is and stays open
//!   until the method returns, whatever the extension does meanwhile; or it is
//!   of a root that the runtime itself has just returned.
//! - A method that is said to run no Python code runs no other foreign code
//!   either, does not come back to the loader, and drops no object that may be
//!   the last of its kind. The loader lends it the root in the slot itself,
//!   without a pin, and memory safety rests on this. The methods that give
//!   native structs, fields and types (`native_struct`, `load_field`, `type_of`,
//!   `duplicate` and what else answers without a `Result`) are of this kind. Those
//!   with a default, which knows nothing, are what the loader tries first.
//! - A moving collector puts a `Cell` into `Object`, finds the roots through
//!   `Loader::for_each_root` and rewrites them in
//!   place. A root that a method returned is in a slot before the next method is
//!   called, unless it is borrowed by just that call or not used afterwards. So
//!   a method makes roots of its own of what it is passed before it allocates.
//! - Until [`Loader::new`](crate::Loader::new) has returned, nobody can visit
//!   the roots, and nothing must move.
//! - Methods may be called from any thread that the VM knows, with the HPy lock
//!   held or left as [`crate::lock`] describes.

mod calls;
mod containers;
mod errors;
mod modules;
mod numbers;
mod objects;
mod roots;
mod text;
mod types;

pub use calls::Calls;
pub use containers::{BuiltinKind, Containers};
pub use errors::Errors;
pub use modules::Modules;
pub use numbers::{BinaryOp, Integer, Numbers, UnaryOp};
pub use objects::{CompareOp, Objects};
pub use roots::Roots;
pub use text::Text;
pub use types::Types;

/// A virtual machine that can run HPy extensions.
///
/// Implemented for whatever implements all chapters.
pub trait Runtime:
    Roots + Errors + Numbers + Objects + Calls + Text + Containers + Modules + Types
{
}

impl<R> Runtime for R where
    R: Roots + Errors + Numbers + Objects + Calls + Text + Containers + Modules + Types
{
}

/// A result whose failure is the exception instance to raise.
pub type VmResult<T, R> = Result<T, <R as Roots>::Object>;
