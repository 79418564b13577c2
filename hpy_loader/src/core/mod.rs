//! What one VM keeps to run HPy extensions, whatever the mode they run in.
//!
//! A VM meets the core through a [`Loader`](crate::Loader), one for each mode. C meets the
//! core through a universal context, which is part of an instance of the boundary.

mod builder_items;
mod lazy_error;

pub(crate) use builder_items::{BuilderItem, BuilderItems, NewItem};

use crate::abi::context::{ROWS, RowKind};
use crate::abi::{HPy, HPyContext};
use crate::handles::{Decoded, HandleTable, RawHandle, Released, ReserveError};
use crate::library::CApi;
use crate::literals::Literals;
use crate::lock::Lock;
use crate::native::FieldTable;
use crate::platform::errno::Errno;
use crate::registry::Registry;
use crate::runtime::{MultiThreaded, Runtime, VmResult};
use crate::spec::ModuleDef;
use lazy_error::LazyError;
use parking_lot::Mutex;
use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The handles, the pending error and the context of one VM.
///
/// It is made once and never freed: types and functions that extensions define
/// refer to it, and C keeps the context's address.
pub struct Core<R: Runtime> {
    /// The universal context. Set once, before anybody has the core.
    context: Cell<*mut HPyContext>,
    runtime: R,
    handles: HandleTable<R::Object>,
    fields: FieldTable<R::Object>,
    pending: Cell<RawHandle>,
    lazy_error: LazyError<R>,
    /// A `MemoryError` that is pending when no error can be made.
    last_resort: Cell<RawHandle>,
    lock: Lock,
    builders: Registry<BuilderItems<R>>,
    trackers: Registry<Tracker>,
    left_threads: Registry<LeftThread>,
    /// How many threads have left in a call of C. Each looks only for itself, so
    /// relaxed order will do.
    threads_away: AtomicUsize,
    literals: Literals<R::Object>,
    errno: Errno,
    module_definitions: Mutex<Vec<&'static ModuleDef>>,
    /// Whether a hybrid module was loaded.
    has_hybrid: AtomicBool,
}

// SAFETY: the tables, the pending error, the registries and the literals are only reachable
// within this crate, which touches them under the HPy lock. A core whose runtime is
// `SingleThreaded`, for which there is no lock, is not `Sync`.
unsafe impl<R: Runtime<Threads = MultiThreaded> + Sync> Sync for Core<R> {}

impl<R: Runtime> Core<R> {
    /// Makes the core for `runtime`, which has no context yet.
    ///
    /// # Errors
    ///
    /// If the address space for the handles can't be reserved.
    pub(crate) fn new(runtime: R) -> Result<&'static Self, ReserveError> {
        let core: &'static Self = Box::leak(Box::new(Self {
            context: Cell::new(std::ptr::null_mut()),
            runtime,
            handles: HandleTable::new()?,
            fields: FieldTable::new()?,
            pending: Cell::new(RawHandle::NULL),
            lazy_error: LazyError::new(),
            last_resort: Cell::new(RawHandle::NULL),
            lock: Lock::new(),
            builders: Registry::new(),
            trackers: Registry::new(),
            left_threads: Registry::new(),
            threads_away: AtomicUsize::new(0),
            literals: Literals::new(),
            errno: Errno::find(),
            module_definitions: Mutex::default(),
            has_hybrid: AtomicBool::new(false),
        }));
        core.lock.survive_forks();
        Ok(core)
    }

    /// Opens the constants of a context for this core.
    pub(crate) fn open_constants(&self, context: &mut HPyContext) {
        for row in ROWS {
            if let RowKind::Handle { python_name } = row.kind {
                let constant = self.open_forever(self.runtime.constant(python_name));
                let place = std::ptr::from_mut(context).wrapping_byte_add(row.offset);
                // SAFETY: the offset is that of a handle in the context.
                unsafe { place.cast::<HPy>().write(HPy::from(constant)) };
            }
        }
    }

    /// Says which context is the universal one, once, before anybody has the core. The
    /// context is in an instance of the boundary and is never freed.
    pub(crate) fn set_context(&self, context: *mut HPyContext) {
        self.context.set(context);
        self.make_last_resort();
    }

    fn open_forever(&self, object: R::Object) -> RawHandle {
        match self.handles.open_immortal(object) {
            Ok(word) => word,
            Err(_) => unreachable!("a fresh table holds the constants"),
        }
    }

    fn make_last_resort(&self) {
        let class = RawHandle::from(self.constants().h_MemoryError);
        if let Some(class) = self.handles.pin(class) {
            let error = self.runtime.error_from_value(&class, None);
            self.last_resort.set(self.open_forever(error));
        }
    }

    /// The definition of a module for the life of the process: functions of the module
    /// refer to it. A module that is executed again has the definition that it had.
    pub(crate) fn intern_module(&self, definition: ModuleDef) -> &'static ModuleDef {
        let mut known = self.module_definitions.lock();
        if let Some(known) = known.iter().find(|known| ***known == definition) {
            return known;
        }
        let definition: &'static ModuleDef = Box::leak(Box::new(definition));
        known.push(definition);
        definition
    }

    /// The universal context, which the other modes wrap. It is in an instance of the boundary.
    #[inline]
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.context.get()
    }

    /// The VM.
    pub fn runtime(&self) -> &R {
        &self.runtime
    }

    /// The handles that are open. The lock must be held.
    pub(crate) fn handles(&self) -> &HandleTable<R::Object> {
        &self.handles
    }

    /// What the fields of native structs refer to. Only for who has the lock, or has stopped
    /// all other threads.
    #[inline(always)]
    pub fn fields(&self) -> &FieldTable<R::Object> {
        &self.fields
    }

    /// How many handles are open: the constants of the context, what extensions
    /// hold, and the arguments of calls in progress.
    pub fn open_handles(&self) -> u32 {
        let _entered = self.lock.enter(&self.runtime);
        self.handles.open_count()
    }

    /// Visits the root in every open handle, for a collector that moves objects.
    ///
    /// # Safety
    ///
    /// No other thread is in the loader meanwhile: the [`lock`](Self::lock) is
    /// held, or the world is stopped.
    pub unsafe fn for_each_root(&self, visit: impl FnMut(&R::Object)) {
        self.handles.for_each_root(visit);
    }

    /// The HPy lock.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    pub(crate) fn builders(&self) -> &Registry<BuilderItems<R>> {
        &self.builders
    }

    pub(crate) fn trackers(&self) -> &Registry<Tracker> {
        &self.trackers
    }

    pub(crate) fn left_threads(&self) -> &Registry<LeftThread> {
        &self.left_threads
    }

    /// Threads that have left, and not come back.
    pub(crate) fn threads_away(&self) -> &AtomicUsize {
        &self.threads_away
    }

    /// Called when C returns: it must be back.
    #[inline(always)]
    pub(crate) fn expect_back(&self) {
        if self.threads_away.load(Ordering::Relaxed) != 0 {
            self.come_back();
        }
    }

    /// Brings a thread back whose C function has left and returned: all that
    /// follows needs the VM and the lock.
    #[cold]
    #[inline(never)]
    fn come_back(&self) {
        // Without threads nobody else can be away.
        if R::THREADS && self.lock.is_held::<R>() {
            return;
        }
        self.threads_away.fetch_sub(1, Ordering::Relaxed);
        self.runtime.attach();
        self.lock.acquire(&self.runtime);
        let message = "HPy_LeavePythonExecution without HPy_ReenterPythonExecution";
        self.set_pending(self.error(self.constants().h_SystemError, message));
    }

    pub(crate) fn literals(&self) -> &Literals<R::Object> {
        &self.literals
    }

    /// A constant of the context, such as `loader.constants().h_TypeError`.
    pub fn constants(&self) -> &HPyContext {
        // SAFETY: it is never freed, and written only before anybody has it.
        unsafe { &*self.context.get() }
    }

    /// Runs `operation` outside the HPy lock and with no error pending, as
    /// everything has to run that may reach Python code. The lock must be held. What was pending is
    /// pending again afterwards, and `errno` what it was, even after a panic.
    #[inline]
    pub(crate) fn leave<T>(&self, operation: impl FnOnce(&R) -> T) -> T {
        let _kept = KeptState::new(self);
        let _left = self.lock.leave(&self.runtime);
        operation(&self.runtime)
    }

    /// [`leave`](Self::leave) for a call of `callable`, if that is known.
    #[inline]
    pub(crate) fn leave_for<T>(
        &self,
        callable: Option<&R::Object>,
        operation: impl FnOnce(&R) -> T,
    ) -> T {
        let _kept = KeptState::new(self);
        let vm = &self.runtime;
        let is_python = callable.is_some_and(|callable| vm.is_python_function(callable));
        let _left = match is_python {
            true => self.lock.give_up_for(vm),
            false => self.lock.leave(vm),
        };
        operation(vm)
    }

    /// Starts without a pending error, until the stash is
    /// [given back](Self::unstash_error).
    #[inline(always)]
    pub(crate) fn stash_error(&self) -> ErrorStash {
        let mut pending = self.pending.get();
        if !pending.is_null() {
            pending = self.force_pending();
            self.pending.set(RawHandle::NULL);
        }
        ErrorStash(pending)
    }

    /// Makes the error pending again that was when the stash was made.
    #[inline(always)]
    pub(crate) fn unstash_error(&self, stash: &ErrorStash) {
        if !stash.0.is_null() {
            self.restore(stash.0);
        }
    }

    /// Makes the handle `pending` that of the pending error, and drops what was
    /// pending before.
    #[cold]
    fn restore(&self, pending: RawHandle) {
        let other = self.pending.replace(pending);
        if !Self::is_forced(other) {
            self.forget_lazy_error();
        } else if let Released::Freed(error) = self.handles.end_borrow(other) {
            // Outside the lock, as everything dies.
            self.leave(|_| drop(error));
        }
    }

    /// Drops an object that C has given up: outside the lock, if the object's death may
    /// run more than the VM's own code.
    pub(crate) fn drop_unlocked(&self, object: R::Object) {
        match self.runtime.is_shared(&object) || self.runtime.is_inert(&object) {
            true => drop(object),
            false => self.leave(|_| drop(object)),
        }
    }

    /// `repr(object)` as text, for messages.
    ///
    /// # Errors
    ///
    /// What `repr` raises.
    pub(crate) fn repr(&self, object: &R::Object) -> VmResult<String, R> {
        self.leave(|vm| {
            let repr = vm.repr(object)?;
            // SAFETY: the text lives as long as the object beside it (rule 5 of the
            // contract of `Runtime`).
            let text = unsafe { &*vm.utf8(&repr)? };
            Ok(String::from_utf8_lossy(text).into_owned())
        })
    }

    /// The `repr` of the pending error, or no text: for reports.
    pub(crate) fn pending_repr(&self) -> String {
        let error = self.handles.pin(self.pending());
        let repr = error.and_then(|error| self.repr(&error).ok());
        repr.unwrap_or_default()
    }

    /// Why nothing of CPython's own API is to be had, if so. As long as no hybrid module was
    /// loaded, universal ones cannot reach it: what they give for a `PyObject *` is none.
    pub(crate) fn no_c_api(&self) -> Option<&'static str> {
        match R::C_API {
            CApi::Absent(reason) => Some(reason),
            CApi::Present(_) if self.has_hybrid.load(Ordering::Relaxed) => None,
            CApi::Present(_) => Some("no hybrid module is loaded"),
        }
    }

    /// Lets modules use it.
    pub(crate) fn open_c_api(&self) {
        self.has_hybrid.store(true, Ordering::Relaxed);
    }

    /// The error for a `PyObject *` whose object has died; `what` begins the sentence.
    #[cold]
    pub(crate) fn dead_py_object(&self, what: &str) -> R::Object {
        let message = format!(
            "{what} a PyObject * whose object is dead: it was kept without a reference that the VM \
             knows of (see Py_INCREF, HPy_AsPyObject)"
        );
        self.error(self.constants().h_SystemError, &message)
    }

    /// Opens a handle of `object`, or again one of it whose close is deferred.
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    #[inline]
    pub(crate) fn open(&self, object: R::Object) -> VmResult<HPy, R> {
        if self.runtime.is_shared(&object)
            && let Some(word) = self.handles.revive(&object)
        {
            // The handle has a root of its own, so nothing dies here.
            drop(object);
            return Ok(HPy::from(word));
        }
        match self.handles.open(object) {
            Ok(word) => Ok(HPy::from(word)),
            Err(_) => Err(self.error(self.constants().h_MemoryError, "the handle table is full")),
        }
    }

    /// Opens a handle of `object` that C can't close for good; see
    /// [`HandleTable::open_borrowed`].
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    #[inline]
    pub(crate) fn open_borrowed(&self, object: R::Object) -> VmResult<HPy, R> {
        match self.handles.open_borrowed(object) {
            Ok(word) => Ok(HPy::from(word)),
            Err(_) => Err(self.error(self.constants().h_MemoryError, "the handle table is full")),
        }
    }

    /// The object behind a handle of the universal context.
    pub fn object(&self, handle: HPy) -> Option<R::Object> {
        let _entered = self.lock.enter(&self.runtime);
        let word = RawHandle::from(handle);
        match word.decode() {
            Decoded::Int(value) => Some(self.runtime.new_int(value)),
            Decoded::Float(value) => Some(self.runtime.new_float(value)),
            Decoded::Null => None,
            Decoded::Slot if self.handles.is_open(word) => {
                let object = self.handles.pin(word)?;
                Some(self.runtime.duplicate(&object))
            }
            Decoded::Slot => None,
        }
    }

    /// The same for a handle in a global; see [`HandleTable::open_in_global`].
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    #[inline]
    pub(crate) fn open_in_global(&self, object: R::Object) -> VmResult<HPy, R> {
        match self.handles.open_in_global(object) {
            Ok(word) => Ok(HPy::from(word)),
            Err(_) => Err(self.error(self.constants().h_MemoryError, "the handle table is full")),
        }
    }

    /// Ends an [`open_in_global`](Self::open_in_global). The lock must be held.
    pub(crate) fn end_in_global(&self, handle: HPy) {
        if let Released::Freed(object) = self.handles.end_in_global(RawHandle::from(handle)) {
            self.leave(|_| drop(object));
        }
    }

    /// Ends an [`open_borrowed`](Self::open_borrowed). The lock must be held.
    pub(crate) fn end_borrow(&self, handle: HPy) {
        if let Released::Freed(object) = self.handles.end_borrow(RawHandle::from(handle)) {
            self.leave(|_| drop(object));
        }
    }

    /// An exception of a class that is a constant of the context.
    #[cold]
    pub fn error(&self, class: HPy, message: &str) -> R::Object {
        let _entered = self.lock.enter(&self.runtime);
        match self.handles.pin(RawHandle::from(class)) {
            Some(class) => self.leave(|runtime| runtime.new_error(&class, message)),
            None => unreachable!("constants of the context stay open"),
        }
    }

    /// Whether an error is pending.
    #[inline]
    pub(crate) fn is_error_pending(&self) -> bool {
        !self.pending.get().is_null()
    }

    /// The handle of the pending error, or [`RawHandle::NULL`].
    pub(crate) fn pending(&self) -> RawHandle {
        self.force_pending()
    }

    /// Where that handle is kept. To be read only, under the lock.
    pub(crate) fn pending_place(&self) -> &Cell<RawHandle> {
        &self.pending
    }

    /// Replaces the handle of the pending error, which changes hands.
    pub(crate) fn replace_pending(&self, error: RawHandle) -> RawHandle {
        let pending = match self.is_error_pending() {
            true => self.force_pending(),
            false => RawHandle::NULL,
        };
        self.pending.set(error);
        pending
    }

    /// Makes `error` the pending one, in place of whatever is. No word that C makes up
    /// closes its handle.
    #[cold]
    pub(crate) fn set_pending(&self, error: R::Object) {
        let word = match self.handles.open_borrowed(error) {
            Ok(word) => word,
            Err(full) => {
                self.leave(|_| drop(full));
                self.last_resort.get()
            }
        };
        self.restore(word);
    }

    /// Makes the error pending that was made for the time when none can be. What
    /// was pending is never dropped.
    #[cold]
    pub(crate) fn set_last_resort(&self) {
        self.pending.set(self.last_resort.get());
    }

    /// Takes the pending error away.
    pub(crate) fn take_pending(&self) -> Option<R::Object> {
        if let Some(error) = self.take_lazy_error() {
            return Some(error);
        }
        let word = self.pending.replace(RawHandle::NULL);
        if word.is_null() {
            return None;
        }
        self.handles
            .take_borrowed_with(word, |error| self.runtime.duplicate(error))
    }
}

/// The handles that a tracker owns.
pub(crate) struct Tracker {
    pub(crate) handles: Vec<HPy>,
}

/// What a thread left behind that C has taken out of Python.
pub(crate) struct LeftThread {
    /// The error that was pending, which belongs to the thread.
    pub(crate) pending: RawHandle,
}

/// The error that was pending when something began that has to begin without one:
/// a call of C, or of what may reach Python code.
#[must_use = "the error is lost unless the stash is given back"]
pub(crate) struct ErrorStash(RawHandle);

/// What C must find again after whatever else runs, even after a panic: the pending error
/// and `errno`.
struct KeptState<'a, R: Runtime> {
    core: &'a Core<R>,
    stash: ErrorStash,
    errno: c_int,
}

impl<'a, R: Runtime> KeptState<'a, R> {
    #[inline]
    fn new(core: &'a Core<R>) -> Self {
        Self {
            core,
            stash: core.stash_error(),
            errno: core.errno.get(),
        }
    }
}

impl<R: Runtime> Drop for KeptState<'_, R> {
    #[inline]
    fn drop(&mut self) {
        self.core.unstash_error(&self.stash);
        self.core.errno.set(self.errno);
    }
}
