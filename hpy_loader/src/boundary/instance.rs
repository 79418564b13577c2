//! A context that C can call, and what its functions reach from it.

use crate::abi::HPyContext;
use crate::call::Loader;
use crate::core::Core;
use crate::handles::FullRangeTable;
use crate::runtime::Runtime;
use std::cell::OnceCell;

/// A context of one core, with what its functions need behind it.
///
/// The context that C has in universal mode is the first member of such an
/// instance. So is the context that the wrapper of another mode calls: by its
/// instance the core knows which loader the calling extension belongs to. What
/// frequent functions need lies in the instance itself, at a fixed distance from
/// the pointer that C gives them.
#[repr(C)]
pub(crate) struct ContextInstance<R: Runtime> {
    context: HPyContext,
    /// None if the table is smaller than its words can name. The functions of such
    /// an instance have no fast path.
    slots: Option<FullRangeTable<R::Object>>,
    core: &'static Core<R>,
    loader: OnceCell<&'static Loader<R>>,
}

impl<R: Runtime> ContextInstance<R> {
    /// Makes an instance, which is never freed, with a context for `core` that
    /// `context` gives. `context` is told whether functions may have their fast path.
    /// The pointer may be used for the whole instance.
    pub(crate) fn leak(
        core: &'static Core<R>,
        context: impl FnOnce(bool) -> HPyContext,
    ) -> *mut Self {
        // SAFETY: a core is never freed, and neither is its table.
        let slots = unsafe { core.handles().full_range() };
        Box::into_raw(Box::new(Self {
            context: context(slots.is_some()),
            slots,
            core,
            loader: OnceCell::new(),
        }))
    }

    /// Says whose context it is, once, before C has the context.
    pub(crate) fn set_loader(&self, loader: &'static Loader<R>) {
        let _ = self.loader.set(loader);
    }

    /// The instance of a context.
    ///
    /// # Safety
    ///
    /// `context` points to the context in an instance of a core for `R`, and comes
    /// from the pointer to the instance.
    #[inline(always)]
    pub(crate) unsafe fn of(context: *mut HPyContext) -> &'static Self {
        // SAFETY: the context is the first member, and instances are never freed.
        unsafe { &*context.cast::<Self>() }
    }

    /// The slots, for lookups without a bounds check.
    #[inline(always)]
    pub(super) fn slots(&self) -> Option<&FullRangeTable<R::Object>> {
        self.slots.as_ref()
    }

    #[inline(always)]
    pub(crate) fn core(&self) -> &'static Core<R> {
        self.core
    }

    /// The loader of the extension that calls.
    pub(crate) fn loader(&self) -> &'static Loader<R> {
        self.loader
            .get()
            .expect("a loader is set before C sees its context")
    }
}
