//! The loader: what a VM runs the extensions of one mode through.

use super::{Trampolines, Wrapper};
use crate::abi::{HPy, HPyContext, HPyFunc_traverseproc};
use crate::core::Core;
use crate::debug::{Debug, Extension, GUARD};
use crate::lock::Lock;
use crate::native::{FieldRef, FieldTable, NativeStruct, traverse};
use crate::runtime::Runtime;
use crate::trace::Trace;
use parking_lot::Mutex;
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
/// let error = loader.error(loader.constants().h_TypeError, "no such thing");
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
    /// The loaders of modules in debug mode, by the modules' names.
    pub(crate) debugged: Mutex<Vec<(String, &'static Loader<R>)>>,
}

impl<R: Runtime> Default for Modes<R> {
    fn default() -> Self {
        Self {
            trace: OnceLock::new(),
            debug: OnceLock::new(),
            debugged: Mutex::default(),
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

    /// The VM.
    #[inline]
    pub fn runtime(&self) -> &'static R {
        self.core.runtime()
    }

    /// The HPy lock; see [`crate::lock`].
    #[inline]
    pub fn lock(&self) -> &'static Lock {
        self.core.lock()
    }

    /// A constant of the context, such as `loader.constants().h_TypeError`.
    #[inline]
    pub fn constants(&self) -> &'static HPyContext {
        self.core.constants()
    }

    /// An exception of a class that is a constant of the context.
    #[cold]
    pub fn error(&self, class: HPy, message: &str) -> R::Object {
        self.core.error(class, message)
    }

    /// Visits the root in every open handle, for a collector that moves objects.
    ///
    /// # Safety
    ///
    /// No other thread is in the loader meanwhile: the [`lock`](Self::lock) is held, or
    /// the world is stopped.
    pub unsafe fn for_each_root(&self, visit: impl FnMut(&R::Object)) {
        // SAFETY: passed on to the caller.
        unsafe { self.core.for_each_root(visit) };
    }

    /// What the fields of native structs refer to. Only for who has the
    /// [`lock`](Self::lock), or has stopped all other threads.
    #[inline(always)]
    pub fn fields(&self) -> &'static FieldTable<R::Object> {
        self.core.fields()
    }

    /// Empties the fields of a native struct whose object is dead, those that each of the
    /// `traversers` visits, and hands `sink` the references that were the object's. `sink` must
    /// not drop them before this returns. It may be called again for the same object.
    ///
    /// `self` is the loader of the object's type, and `type_name` what the type is called.
    ///
    /// # Safety
    ///
    /// As for [`traverse`]; each of the `traversers` is that of the type or of a base.
    pub unsafe fn release_fields(
        &self,
        type_name: &str,
        traversers: &[HPyFunc_traverseproc],
        native: NativeStruct,
        mut sink: impl FnMut(R::Object),
    ) {
        // Whoever drops the last reference to an object may be without the lock.
        let mut entered = None;
        let watcher = self.watcher();
        let mut visited = Vec::new();
        let mut release = |field: FieldRef| {
            if field.has_reference() {
                entered.get_or_insert_with(|| self.lock().enter(self.runtime()));
                if watcher.is_some() {
                    visited.push(field.place_and_content());
                }
            }
            if let Some(object) = self.fields().release(native, field) {
                sink(object);
            }
        };
        for &function in traversers {
            // SAFETY: passed on to the caller.
            unsafe { traverse(function, native.start(), &mut release) };
        }
        if let Some(extension) = watcher {
            let _entered = self.lock().enter(self.runtime());
            let (start, size) = (native.start().addr(), native.size());
            extension.look_at_dead(type_name, (start, size), &visited);
        }
    }

    /// Gives up the references of fields for which `keep`, which does not come back to the
    /// loader, says no: for a collector that frees what it has not visited. The fields are
    /// refused from here on.
    ///
    /// # Safety
    ///
    /// As for [`for_each_root`](Self::for_each_root).
    pub unsafe fn retain_fields(&self, keep: impl FnMut(&R::Object) -> bool) {
        let debug = self.modes.debug.get();
        self.fields().retain_and_tell(keep, |field| {
            if let Some(debug) = debug {
                debug.note_given_up(field);
            }
        });
    }

    /// How many bytes of memory have to lie behind each native struct of a type with this
    /// loader: room for a guard, in debug mode.
    pub fn guard_size(&self) -> usize {
        if self.watches_structs() { GUARD } else { 0 }
    }

    /// To be called for each new native struct, before C has it. If there is room for a
    /// guard, it is made.
    ///
    /// # Safety
    ///
    /// [`guard_size`](Self::guard_size) bytes of the struct's memory lie behind it. The memory
    /// is not freed before [`release_fields`](Self::release_fields) was called for it.
    pub unsafe fn set_guard(&self, type_name: &str, native: NativeStruct) {
        if let Some(extension) = self.watcher() {
            let start = native.start().expose_provenance();
            // SAFETY: passed on to the caller.
            unsafe { extension.set_guard(type_name, (start, native.size())) };
        }
    }

    /// Whether the end of a native struct is of interest even where no `tp_traverse` is.
    #[inline]
    pub fn watches_structs(&self) -> bool {
        self.watcher().is_some()
    }

    #[inline]
    fn watcher(&self) -> Option<&'static Extension> {
        match self.wrapper() {
            Some(Wrapper::Debug(extension)) => Some(extension),
            _ => None,
        }
    }

    /// How many handles are open: the constants of the context, what extensions hold, and
    /// the arguments of calls in progress.
    pub fn open_handles(&self) -> u32 {
        self.core.open_handles()
    }

    /// The object behind a handle of the universal context.
    pub fn object(&self, handle: HPy) -> Option<R::Object> {
        self.core.object(handle)
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
