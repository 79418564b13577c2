//! What every VM under the loader must do, as properties.
//!
//! A VM is a [`Subject`]. [`check_context`] plays an extension that makes random
//! sequences of context calls, mostly right and sometimes wrong, and compares
//! what it gets with a naive model that keeps plain values. One suite, for every
//! runtime there is: it knows nothing of a VM but its loader.
//!
//! [`extension`] and [`definitions`] are the C side of it, for other tests that
//! play an extension.

pub mod definitions;
pub mod extension;
mod sequences;

use hpy_loader::Loader;
use hpy_loader::runtime::{Roots, Runtime};

pub use sequences::{Effort, check_context};

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
}
