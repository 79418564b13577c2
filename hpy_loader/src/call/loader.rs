//! The loader: what a VM runs the extensions of one mode through.

use super::{Trampolines, Wrapper};
use crate::abi::HPyContext;
use crate::core::Core;
use crate::debug::Debug;
use crate::runtime::Runtime;
use crate::trace::Trace;
use std::ops::Deref;
use std::sync::OnceLock;

/// One way to run extensions: the [`Core`] that all of them share, and the mode
/// whose context their C functions get.
///
/// The one that `Loader::new` makes is for the universal mode; the others
/// are made from it (see [`in_mode`](Self::in_mode)). A runtime need not tell them apart:
/// it keeps the loader that a definition came with, and calls through it.
///
/// Loaders are never freed: types and functions that extensions define refer to
/// theirs.
///
/// ```
/// use hpy_loader::Mode;
/// use toy_vm::{Standalone, Toy};
///
/// // `boot` makes the VM of the guide, and passes it to `Loader::new`.
/// let loader = Toy::<false>::boot(Standalone);
/// let constants = loader.core().constants();
/// let error = loader.core().error(constants.h_TypeError, "no such thing");
/// assert_eq!(error.error_text(), "TypeError: no such thing");
///
/// // A module in debug mode gets a context of its own.
/// let debugged = loader.in_mode(Mode::Debug, "spam");
/// assert_ne!(debugged.context(), loader.context());
/// ```
pub struct Loader<R: Runtime> {
    core: &'static Core<R>,
    trampolines: Trampolines<R>,
    wrapper: Option<Wrapper>,
    /// What the loaders of one core share.
    pub(crate) modes: &'static Modes<R>,
}

/// The state of each mode of one core, made when the mode is first asked for.
pub(crate) struct Modes<R: Runtime> {
    pub(crate) trace: OnceLock<(&'static Trace, &'static Loader<R>)>,
    pub(crate) debug: OnceLock<&'static Debug>,
}

impl<R: Runtime> Default for Modes<R> {
    fn default() -> Self {
        Self {
            trace: OnceLock::new(),
            debug: OnceLock::new(),
        }
    }
}

impl<R: Runtime> Loader<R> {
    /// Makes a loader, which is never freed.
    pub(crate) fn leak(
        core: &'static Core<R>,
        wrapper: Option<Wrapper>,
        modes: &'static Modes<R>,
    ) -> &'static Self {
        let trampolines = match wrapper {
            None => Trampolines::plain(),
            Some(_) => Trampolines::wrapped(),
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
