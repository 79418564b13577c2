//! A universal context, and what its functions reach from it.

use crate::abi::HPyContext;
use crate::core::Core;
use crate::handles::FullRangeTable;
use crate::loader::Loader;
use crate::runtime::Runtime;
use std::cell::OnceCell;
use std::ops::Deref;

/// A context of the core, with what lies behind it for its functions.
///
/// The one that C has in the universal mode is a part of such a gate, and so is
/// the one that a mode's context calls (see [`crate::modes`]): by the gate the
/// core knows which loader the extension that calls belongs to. What frequent
/// functions need lies in the gate itself, at a fixed distance from the pointer
/// that C gives them.
#[repr(C)]
pub(crate) struct Gate<R: Runtime> {
    context: HPyContext,
    /// None if the table is smaller, and then there are no shortcuts.
    slots: Option<FullRangeTable<R::Object>>,
    core: &'static Core<R>,
    loader: OnceCell<&'static Loader<R>>,
}

impl<R: Runtime> Gate<R> {
    /// Makes a gate, which is never freed, for a context of `core`'s. The pointer
    /// may be used for the whole gate.
    pub(crate) fn leak(core: &'static Core<R>, context: HPyContext) -> *mut Self {
        Box::into_raw(Box::new(Self {
            context,
            // SAFETY: a core is never freed, and so isn't its table.
            slots: unsafe { core.handles().whole() },
            core,
            loader: OnceCell::new(),
        }))
    }

    /// Says whose context it is, once, before C has the context.
    pub(crate) fn set_loader(&self, loader: &'static Loader<R>) {
        let _ = self.loader.set(loader);
    }

    /// The gate of a context.
    ///
    /// # Safety
    ///
    /// `context` points to the context in a gate of a core for `R`, and comes from
    /// the pointer to the gate.
    #[inline(always)]
    pub(crate) unsafe fn of(context: *mut HPyContext) -> &'static Self {
        // SAFETY: the context is the gate's first member, and gates are never freed.
        unsafe { &*context.cast::<Self>() }
    }

    /// Whether every index of a word is in the table.
    pub(crate) fn is_whole(&self) -> bool {
        self.slots.is_some()
    }

    /// The slots, for the shortcuts.
    ///
    /// # Safety
    ///
    /// [`is_whole`](Self::is_whole).
    #[inline(always)]
    pub(crate) unsafe fn slots(&self) -> &FullRangeTable<R::Object> {
        // SAFETY: the caller has asked.
        unsafe { self.slots.as_ref().unwrap_unchecked() }
    }

    #[inline(always)]
    pub(crate) fn core(&self) -> &'static Core<R> {
        self.core
    }

    /// The loader of the extension that calls.
    pub(crate) fn loader(&self) -> &'static Loader<R> {
        self.loader
            .get()
            .expect("a loader is whole before C sees its context")
    }
}

impl<R: Runtime> Deref for Gate<R> {
    type Target = Core<R>;

    #[inline(always)]
    fn deref(&self) -> &Core<R> {
        self.core
    }
}
