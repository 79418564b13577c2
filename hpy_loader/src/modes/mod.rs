//! The modes: contexts that wrap the universal one.
//!
//! An extension that is loaded in trace mode gets a context whose functions count
//! and time those of the universal context ([`crate::trace`]). One in debug mode gets
//! a context that checks what the extension does ([`crate::debug`]). Both work at the
//! level of the ABI: they know rows of the context table and words, and nothing of a
//! runtime. So every runtime has them. It gets a [`Loader`](crate::Loader) with every
//! definition and calls through that loader.
//!
//! A loader calls C through functions that were made for its mode (see
//! [`crate::call`]). The functions of the universal mode do not know that there are
//! other modes, so that mode pays nothing for them.
//!
//! This module holds the words that choose a mode, and what debug and trace share.

mod mode;
mod wrapped_context;

pub use mode::{InvalidMode, Mode};
pub(crate) use wrapped_context::WrappedContext;

use crate::abi::HPy;
use std::ffi::c_int;

/// A Python function that a mode calls.
#[derive(Debug)]
pub struct Hook(std::cell::Cell<HPy>);

impl Hook {
    /// A place with nothing in it.
    pub(crate) const fn new() -> Self {
        Self(std::cell::Cell::new(HPy::NULL))
    }

    /// Puts another function there; the one that was there, or `HPy_NULL`. Both are
    /// handles of the universal context.
    pub(crate) fn replace(&self, function: HPy) -> HPy {
        self.0.replace(function)
    }

    /// The function, if there is one.
    pub(crate) fn get(&self) -> Option<HPy> {
        Some(self.0.get()).filter(|hook| !hook.is_null())
    }
}

/// What a C function returned, as far as a mode wants to know.
pub(crate) trait Outcome {
    /// Whether it says that the function has failed.
    fn is_failure(&self) -> bool;

    /// The same with another handle, if it is one.
    fn map_handle(self, _: impl FnOnce(HPy) -> HPy) -> Self
    where
        Self: Sized,
    {
        self
    }
}

impl Outcome for () {
    fn is_failure(&self) -> bool {
        false
    }
}

impl Outcome for HPy {
    fn is_failure(&self) -> bool {
        self.is_null()
    }

    fn map_handle(self, map: impl FnOnce(HPy) -> HPy) -> Self {
        map(self)
    }
}

impl Outcome for c_int {
    fn is_failure(&self) -> bool {
        *self < 0
    }
}

impl Outcome for isize {
    fn is_failure(&self) -> bool {
        *self < 0
    }
}
