//! A small VM whose collector moves every object, as a runtime for HPy
//! extensions.
//!
//! Layers, each on the ones before:
//!
//! - [`heap`]: memory, roots, the collector.
//! - [`objects`]: what Python's objects do, as methods of [`Vm`].
//! - `runtime`: the chapters of `hpy_loader`'s trait, which turn the loader's
//!   references into roots and call `objects`.
//!
//! The VM has no language of its own: a crate on top gives it one ([`Language`]).

pub mod heap;
pub mod objects;
mod runtime;
mod vm;

pub use heap::{Local, Options, Reference, Statistics, Zeal};
pub use vm::{Arguments, Language, NativeFunction, Result, Vm};
