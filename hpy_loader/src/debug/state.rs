//! What the debug mode keeps.

use super::ending::{Ending, LockAccess};
use super::extension::Extension;
use super::guards::Guards;
use super::innermost_context;
use super::native_types::NativeTypes;
use super::numbered_records::NumberedRecords;
use super::records::{FreeRecord, HandleRecord, Origin, Records};
use super::stored_fields::{StoredFields, VisitFields};
use super::violations::{Noted, Violation, ViolationKind};
use super::wrappers;
use crate::abi::{ABI_VERSION, HPy, HPyContext, HPyField};
use crate::handles::RawHandle;
use crate::modes::{Hook, WrappedContext};
use crate::report;
use crate::sites::{PythonStack, Site};
use indexmap::IndexMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A list or tuple under construction.
#[derive(Debug)]
pub(super) struct Builder {
    /// The wrapped context's.
    pub inner: isize,
    pub is_list: bool,
    /// Which of its items are set.
    pub is_set: Vec<bool>,
}

/// Where a context keeps the handle of the pending error. Many functions read it, and a
/// call of the context would take longer than all else that they do.
pub(super) type Pending = &'static Cell<RawHandle>;

/// The debug mode of one core: everything is touched under the HPy lock.
pub struct Debug {
    pub(super) inner: WrappedContext,
    /// What the contexts of modules are copied from.
    pub(super) template: OnceCell<Box<HPyContext>>,
    pub(super) records: Records,
    /// Whether the wrapped context has an error pending.
    pub(super) pending: Pending,
    /// The addresses of borrowed buffers: where they begin, and how many.
    pub(super) buffer_range: Cell<(usize, usize)>,
    pub(super) builders: NumberedRecords<Builder>,
    pub(super) trackers: NumberedRecords<Vec<HPy>>,
    /// The memory of a tracker that was closed, for the next one.
    pub(super) spare_handles: Cell<Vec<HPy>>,
    pub(super) native_types: NativeTypes,
    pub(super) stored_fields: StoredFields,
    pub(super) guards: Guards,
    pub(super) on_invalid_handle: Hook,
    pub(super) on_invalid_builder: Hook,
    /// How many frames a site has.
    pub(super) frames: Cell<usize>,
    /// With how often they were found.
    pub(super) violations: RefCell<IndexMap<Violation, Noted>>,
    pub(super) counts: RefCell<BTreeMap<ViolationKind, u64>>,
    /// The modules in debug mode, in the order of their loading.
    pub(super) extensions: RefCell<Vec<&'static Extension>>,
    pub(super) going_on: Cell<bool>,
    pub(super) reports_faults: AtomicBool,
    pub(super) reporter: Cell<fn(&Violation)>,
    pub(super) is_silent: Cell<bool>,
    pub(super) vm: VmAccess,
    pub(super) ending: Ending,
}

/// What the mode asks the VM, or what else is behind the context. Under the HPy lock.
pub(crate) struct VmAccess {
    /// Takes the stack of Python code.
    pub python: Box<dyn Fn() -> PythonStack>,
    /// The `repr` of the pending error.
    pub pending_repr: Box<dyn Fn() -> String>,
    /// Whether the table of fields has a reference for a word.
    pub is_field: Box<dyn Fn(HPyField) -> bool>,
    /// Whether something else than this handle of the wrapped context keeps its object.
    pub is_shared: Box<dyn Fn(HPy) -> bool>,
}

// SAFETY: the context functions touch it under the HPy lock, and so do the
// methods for the VM, as they say.
unsafe impl Sync for Debug {}
// SAFETY: as above.
unsafe impl Send for Debug {}

impl Debug {
    /// Wraps a context. `pending` is where it keeps its error, `visit_fields` calls a
    /// `tp_traverse`, and `lock` is the HPy lock.
    pub(crate) fn new(
        inner: WrappedContext,
        pending: Pending,
        vm: VmAccess,
        visit_fields: VisitFields,
        lock: LockAccess,
    ) -> &'static Self {
        innermost_context::begin();
        let debug: &'static Self = Box::leak(Box::new(Self {
            inner,
            template: OnceCell::new(),
            records: Records::new(),
            pending,
            buffer_range: Cell::new((0, 0)),
            builders: NumberedRecords::default(),
            trackers: NumberedRecords::default(),
            spare_handles: Cell::default(),
            native_types: NativeTypes::default(),
            stored_fields: StoredFields::new(visit_fields),
            guards: Guards::default(),
            on_invalid_handle: Hook::new(),
            on_invalid_builder: Hook::new(),
            frames: Cell::new(1),
            violations: RefCell::default(),
            counts: RefCell::default(),
            extensions: RefCell::default(),
            going_on: Cell::new(false),
            reports_faults: AtomicBool::new(false),
            reporter: Cell::new(|violation| report::write(&violation.to_string())),
            is_silent: Cell::new(false),
            vm,
            ending: Ending::new(lock),
        }));
        // SAFETY: a context consists of pointers and numbers, and is whole.
        let mut template = Box::new(unsafe { inner.as_ptr().read() });
        template.name = c"HPy Debug Mode ABI (hpy_loader)".as_ptr();
        template.abi_version = ABI_VERSION;
        template._private = std::ptr::null_mut();
        wrappers::fill(&mut template);
        let (site, above) = (Site::UNKNOWN, Some(PythonStack::EMPTY));
        wrappers::map_constants(&mut template, |constant| {
            debug.open(constant, Origin::Constant, (0, 0), site, above)
        });
        // Leaks of the first generation are C's, not these.
        debug.new_generation();
        let _ = debug.template.set(template);
        debug.watch_memory();
        debug.watch_end();
        debug
    }

    /// Opens a handle for one of the wrapped context, which is not `HPy_NULL`. `owner` is
    /// the extension, and the place of the context that it is opened with.
    #[inline(always)]
    pub(super) fn open(
        &self,
        inner: HPy,
        origin: Origin,
        owner: (u32, u8),
        site: Site,
        above: Option<PythonStack>,
    ) -> HPy {
        let place = match self.records.place() {
            Some(place) => place,
            None => self.make_place(),
        };
        self.records.open(place, inner, origin, owner, site, above)
    }

    #[cold]
    #[inline(never)]
    fn make_place(&self) -> FreeRecord<'_> {
        let (place, orphan) = self.records.make_place();
        // What is kept runs nothing when it dies, so nobody else takes the place.
        self.close_inner(orphan);
        place
    }

    /// Closes a record that is open; the wrapped handle, which stays as it is.
    #[inline(always)]
    pub(super) fn close_record(&self, record: &HandleRecord, closed: Site) -> HPy {
        let inner = record.inner.get();
        let orphan = self.records.close(record, closed);
        self.close_inner(orphan);
        inner
    }

    /// Closes a handle of the wrapped context, if it is one.
    #[inline(always)]
    pub(super) fn close_inner(&self, handle: HPy) {
        if !handle.is_null() {
            self.close_orphan(handle);
        }
    }

    #[cold]
    fn close_orphan(&self, handle: HPy) {
        self.inner.ctx_Close(handle);
    }

    /// Whether the wrapped context has an error pending.
    #[inline(always)]
    pub(super) fn is_error_pending(&self) -> bool {
        !self.pending.get().is_null()
    }

    /// Whether the program goes on after the use of a closed handle.
    #[inline(always)]
    pub(super) fn goes_on(&self) -> bool {
        self.has_hook() || self.going_on.get()
    }

    /// Whether somebody is told of each use of a closed handle, before the program goes on.
    #[inline(always)]
    pub(super) fn has_hook(&self) -> bool {
        self.on_invalid_handle.get().is_some()
    }

    /// Called when a handle is used that must not be, and the program goes on.
    pub fn on_invalid_handle(&self) -> &Hook {
        &self.on_invalid_handle
    }

    /// Called when a builder is used that must not be, and the program goes on.
    pub fn on_invalid_builder(&self) -> &Hook {
        &self.on_invalid_builder
    }

    /// The extension with this number.
    pub(super) fn extension(&self, number: u32) -> Option<&'static Extension> {
        let index = (number as usize).checked_sub(1)?;
        self.extensions.borrow().get(index).copied()
    }

    /// The names of the modules in debug mode, in the order of their loading.
    pub fn modules(&self) -> Vec<String> {
        let extensions = self.extensions.borrow();
        let names = extensions.iter().map(|extension| extension.name.clone());
        names.collect()
    }

    /// How many bytes of memory are kept from being used again after their
    /// handles were closed.
    pub fn max_raw_data(&self) -> usize {
        self.records.buffers.borrow().max_kept
    }

    /// Sets that.
    pub fn set_max_raw_data(&self, max: usize) {
        self.records.buffers.borrow_mut().max_kept = max;
    }

    /// Sets how many frames of C are taken where a handle is opened or closed.
    /// One is taken in any case.
    pub fn set_frames(&self, frames: usize) {
        self.frames.set(frames.max(1));
    }

    /// Goes on after a violation, rather than to report it and ask a hook or end.
    pub fn set_going_on(&self, going_on: bool) {
        self.going_on.set(going_on);
    }

    /// Reports accesses to memory before the process ends for them, those that are
    /// nobody's business but the processor's as well. Without it they end it in
    /// silence, which is all that HPy promises.
    pub fn set_reports_faults(&self, reports: bool) {
        self.reports_faults.store(reports, Relaxed);
    }

    pub(super) fn reports_faults(&self) -> bool {
        self.reports_faults.load(Relaxed)
    }

    /// Says nothing of violations when they are found. They are in
    /// [`violations_with_times`](Self::violations_with_times), and in the report of
    /// [`report_at_end`](Self::report_at_end).
    pub fn set_silent(&self, silent: bool) {
        self.is_silent.set(silent);
    }

    /// Who reports violations; at first they are printed on standard error.
    pub fn set_reporter(&self, reporter: fn(&Violation)) {
        self.reporter.set(reporter);
    }
}

impl std::fmt::Debug for Debug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Debug").finish_non_exhaustive()
    }
}
