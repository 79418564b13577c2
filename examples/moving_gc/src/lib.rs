//! A small VM whose collector moves every object, as a runtime for HPy extensions: an
//! example for the author of a VM. Each module uses only those before it:
//!
//! ```text
//! heap     memory, roots, the collector; knows no Python
//! vm       the heap, and what is known by name
//! objects  what Python's objects do, as methods of `Vm`
//! runtime  the chapters of hpy_loader's trait: turns references into roots, calls objects
//! start    starts a VM and gives it a loader
//! ```
//!
//! The VM has no language of its own. [`Language`] is what it asks of one; the crate
//! `small_python` in `tests/` is one. README.md says what to read in which order.

pub mod heap;
mod objects;
mod runtime;
mod start;
mod vm;

pub use heap::{Local, Options, Reference, Statistics, Zeal};
pub use vm::{Arguments, Language, NativeFunction, Result, Vm};
