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
//! - [`script`]: a language for it, Python's own, so that HPy's tests and the
//!   examples can be its scripts. The VM knows it as a [`Language`] only.
//! - [`suite`]: HPy's test suite, run in it.

pub mod heap;
pub mod objects;
mod runtime;

mod vm;

pub use heap::{Local, Options, Reference, Statistics, Zeal};
pub use vm::{Arguments, Language, NativeFunction, Result, Vm};
