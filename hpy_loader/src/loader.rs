//! The loader: what a VM runs the extensions of one mode through.

use crate::abi::HPyContext;
use crate::call::Trampolines;
use crate::core::Core;
use crate::handles::ReserveError;
use crate::modes::Wrapper;
use crate::runtime::Runtime;
use std::ops::Deref;

/// One way to run extensions: the [`Core`] that all of them share, and the mode
/// whose context their C functions get.
///
/// The one that [`new`](Self::new) makes is for the universal mode; the others
/// are made from it (see [`crate::modes`]). A runtime need not tell them apart:
/// it keeps the loader that a definition came with, and calls through it.
///
/// Loaders are never freed: types and functions that extensions define refer to
/// theirs.
pub struct Loader<R: Runtime> {
    core: &'static Core<R>,
    trampolines: Trampolines<R>,
    wrapper: Option<Wrapper>,
}

impl<R: Runtime> Loader<R> {
    /// Makes the core for `runtime`, and its loader for the universal mode.
    ///
    /// # Errors
    ///
    /// If the address space for the handles can't be reserved.
    pub fn new(runtime: R) -> Result<&'static Self, ReserveError> {
        let core = Core::new(runtime)?;
        let loader = Self::leak(core, None);
        core.gate().set_loader(loader);
        Ok(loader)
    }

    pub(crate) fn leak(core: &'static Core<R>, wrapper: Option<Wrapper>) -> &'static Self {
        let trampolines = match wrapper {
            None => Trampolines::plain(),
            Some(_) => Trampolines::wrapped(),
        };
        Box::leak(Box::new(Self {
            core,
            trampolines,
            wrapper,
        }))
    }

    /// What calls C, in the mode of this loader.
    #[inline(always)]
    pub(crate) fn trampolines(&self) -> &Trampolines<R> {
        &self.trampolines
    }

    /// What this loader shares with those of the other modes.
    #[inline]
    pub fn core(&self) -> &'static Core<R> {
        self.core
    }

    /// What stands between the extension and the universal context, if anything.
    #[inline(always)]
    pub(crate) fn wrapper(&self) -> Option<Wrapper> {
        match cfg!(hpy_loader_universal_only) {
            true => None,
            false => self.wrapper,
        }
    }

    /// The context for the extension's `HPyInitGlobalContext_<name>`.
    pub fn context(&self) -> *mut HPyContext {
        match self.wrapper() {
            None => self.core.context(),
            Some(wrapper) => wrapper.context(),
        }
    }
}

impl<R: Runtime> Deref for Loader<R> {
    type Target = Core<R>;

    #[inline]
    fn deref(&self) -> &Core<R> {
        self.core
    }
}
