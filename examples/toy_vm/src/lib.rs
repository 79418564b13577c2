//! A virtual machine with reference counts, which runs HPy extensions.

#![allow(missing_docs)]

mod builtins;
mod class;
mod native;
mod object;
mod runtime;
mod vm;

pub use object::{Data, Fallible, Object, not_in_the_toy};
pub use vm::Toy;
