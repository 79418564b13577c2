//! The loader: what a VM runs the extensions of one mode through.

mod modes;
mod wrapped_calls;

pub(crate) use wrapped_calls::Wrapper;

use crate::abi::{ABI_VERSION, HPyContext};
use crate::boundary::ContextInstance;
use crate::call::{Plain, Trampolines};
use crate::context;
use crate::core::Core;
use crate::definitions::Definitions;
use crate::handles::ReserveError;
use crate::runtime::Runtime;
use modes::Modes;
use std::ops::Deref;
use wrapped_calls::Wrapped;

/// One way to run extensions: the [`Core`] that all of them share, and the mode
/// whose context their C functions get.
///
/// The one that [`new`](Self::new) makes is for the universal mode; the others
/// are made from it (see [`in_mode`](Self::in_mode)). A runtime need not tell them apart:
/// it keeps the loader that a definition came with, and calls through it.
///
/// Loaders are never freed: types and functions that extensions define refer to
/// theirs.
pub struct Loader<R: Runtime> {
    core: &'static Core<R>,
    trampolines: Trampolines<R>,
    wrapper: Option<Wrapper>,
    /// What the loaders of one core share.
    modes: &'static Modes<R>,
}

impl<R: Runtime> Loader<R> {
    /// Makes the core for `runtime`, and its loader for the universal mode.
    ///
    /// # Errors
    ///
    /// If the address space for the handles can't be reserved.
    pub fn new(runtime: R) -> Result<&'static Self, ReserveError>
    where
        R: Definitions,
    {
        let core = Core::new(runtime)?;
        let instance = ContextInstance::leak(core, |fast_paths| {
            let mut context = context::functions::<R>(fast_paths);
            context.name = c"HPy Universal ABI (hpy_loader)".as_ptr();
            context.abi_version = ABI_VERSION;
            core.open_constants(&mut context);
            context
        });
        core.set_context(instance.cast());
        let modes = Box::leak(Box::default());
        let loader = Self::leak(core, None, modes);
        // SAFETY: just leaked; C has not seen it yet.
        unsafe { &*instance }.set_loader(loader);
        Ok(loader)
    }

    /// The loader of the universal mode.
    fn universal(&self) -> &'static Self {
        // SAFETY: the universal context of a core is in an instance for `R`.
        unsafe { ContextInstance::<R>::of(self.core.context()) }.loader()
    }

    fn leak(
        core: &'static Core<R>,
        wrapper: Option<Wrapper>,
        modes: &'static Modes<R>,
    ) -> &'static Self {
        let trampolines = match wrapper {
            None => Trampolines::through::<Plain>(),
            Some(_) => Trampolines::through::<Wrapped>(),
        };
        Box::leak(Box::new(Self {
            core,
            trampolines,
            wrapper,
            modes,
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
        match cfg!(feature = "universal-only") {
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
