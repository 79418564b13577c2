//! What every VM under the loader must do, as properties.
//!
//! The suite plays an extension that makes random sequences of context calls and
//! compares what it gets with a naive model that keeps plain values. It is one
//! suite for every runtime and mode, since it knows nothing but the context:
//!
//! - [`check_context`] runs it on a VM in the same program, a [`Subject`], and
//!   counts what is left over;
//! - the package beside this one makes an extension of it, a `.hpy0.so` file
//!   like any other, for a VM that loads files.
//!
//! [`extension`] and [`definitions`] are the C side of it, for other tests that
//! play an extension.

pub mod answer;
pub mod definitions;
pub mod extension;
pub mod fuzz;
mod sequences;

use hpy_loader::Loader;
use hpy_loader::runtime::{Roots, Runtime};

pub use sequences::{
    Effort, Globals, HolderType, Manners, Sequence, check_context, check_sequences,
};

/// A VM that the properties are checked of.
pub trait Subject {
    /// The VM's type.
    type Runtime: Runtime;

    /// The VM's loader.
    fn loader(&self) -> &'static Loader<Self::Runtime>;

    /// A new Python function that returns its argument.
    fn identity(&self) -> <Self::Runtime as Roots>::Object;

    /// How many objects live once all garbage is gone, for a VM that can tell.
    fn live(&self) -> Option<usize>;

    /// Whether the mode keeps the types that extensions make.
    fn keeps_types(&self) -> bool {
        false
    }

    /// How many violations the mode has reported so far.
    fn complaints(&self) -> u64 {
        0
    }
}
