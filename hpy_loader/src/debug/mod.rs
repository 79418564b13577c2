//! Debug mode: what an extension does wrong, and where.
//!
//! The context of this mode gives C handles of its own: numbers of
//! `records`, of which each knows the handle of the wrapped context behind it,
//! where it was opened and where it was closed. A function of the context looks
//! its handles up, calls the wrapped one and makes a record of the result. Where
//! C is called, the arguments get records for as long as the call lasts.
//!
//! Handles of its own, rather than the wrapped context's with something beside
//! them, is how HPy's debug mode does it, for good reasons: duplicates and
//! numbers can be told apart, and the wrapped context may be any.
//!
//! # What follows a violation
//!
//! It is added to a list, and reported. Then, as HPy has it, a hook that Python
//! has set for handles or builders is called and the program goes on; without
//! one it ends with a fatal error, which is an `abort`. Errors that are left or
//! missing become exceptions anyway, so the program goes on after these. With
//! [`Debug::set_going_on`] it goes on after everything that leaves something to
//! go on with, and nothing is asked of a hook.
//!
//! # One context a call
//!
//! A context is valid for the call that it was passed to. Each module has some of
//! them that take turns, so that an extension that keeps one is found out.

mod debug_call;
mod extension;
mod handle_views;
mod inspection;
mod memory;
mod numbered_records;
mod records;
mod summary;
mod violations;
mod wrappers;

pub use handle_views::{Leak, View};
pub use summary::{Findings, Show, Summary};
pub use violations::{Kind, Violation};

pub(crate) use debug_call::DebugCall;
pub(crate) use extension::Extension;

use crate::abi::{ABI_VERSION, HPy, HPyContext};
use crate::handles::Word;
use crate::modes::Hook;
use crate::sites::{PythonStack, Site};
use indexmap::IndexMap;
use records::{Origin, Records};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Where a context keeps the handle of the pending error. Many functions look
/// there, and asking the context would take longer than all else they do.
type Pending = &'static Cell<Word>;

/// The debug mode of one core: everything is touched under the HPy lock.
pub struct Debug {
    /// What is wrapped.
    inner: *mut HPyContext,
    /// What the contexts of modules are copied from.
    template: OnceCell<Box<HPyContext>>,
    records: Records,
    /// Whether the wrapped context has an error pending.
    pending: Pending,
    /// The addresses of promised memory: where they begin, and how many.
    promised: Cell<(usize, usize)>,
    builders: wrappers::Builders,
    trackers: wrappers::Trackers,
    structs: wrappers::Structs,
    on_invalid_handle: Hook,
    on_invalid_builder: Hook,
    /// How many frames a site has.
    frames: Cell<usize>,
    /// With how often they were found.
    violations: RefCell<IndexMap<Violation, u64>>,
    counts: RefCell<BTreeMap<Kind, u64>>,
    /// The names of the modules.
    modules: RefCell<Vec<String>>,
    going_on: Cell<bool>,
    reports_faults: AtomicBool,
    reporter: Cell<fn(&Violation)>,
    is_silent: Cell<bool>,
    python: Box<dyn Fn() -> PythonStack>,
}

// SAFETY: the context functions touch it under the HPy lock, and so do the
// methods for the VM, as they say.
unsafe impl Sync for Debug {}
// SAFETY: as above.
unsafe impl Send for Debug {}

impl Debug {
    /// Wraps a context. `pending` is where it keeps its error, `python` takes the
    /// stack of Python code.
    pub(crate) fn new(
        inner: *mut HPyContext,
        pending: Pending,
        python: Box<dyn Fn() -> PythonStack>,
    ) -> &'static Self {
        let debug: &'static Self = Box::leak(Box::new(Self {
            inner,
            template: OnceCell::new(),
            records: Records::new(),
            pending,
            promised: Cell::new((0, 0)),
            builders: wrappers::Builders::default(),
            trackers: wrappers::Trackers::default(),
            structs: wrappers::Structs::default(),
            on_invalid_handle: Hook::new(),
            on_invalid_builder: Hook::new(),
            frames: Cell::new(1),
            violations: RefCell::default(),
            counts: RefCell::default(),
            modules: RefCell::default(),
            going_on: Cell::new(false),
            reports_faults: AtomicBool::new(false),
            reporter: Cell::new(|violation| eprint!("{violation}")),
            is_silent: Cell::new(false),
            python,
        }));
        // SAFETY: a context consists of pointers and numbers, and is whole.
        let mut template = Box::new(unsafe { inner.read() });
        template.name = c"HPy Debug Mode ABI (hpy_loader)".as_ptr();
        template.abi_version = ABI_VERSION;
        template._private = std::ptr::null_mut::<c_void>();
        wrappers::fill(&mut template);
        wrappers::map_constants(&mut template, |constant| {
            debug.open(
                constant,
                Origin::Constant,
                0,
                Site::UNKNOWN,
                Some(PythonStack::EMPTY),
            )
        });
        // Leaks of the first generation are C's, not these.
        debug.records.new_generation();
        let _ = debug.template.set(template);
        debug.watch_memory();
        debug
    }

    /// Opens a handle for one of the wrapped context, which is not `HPy_NULL`.
    #[inline(always)]
    fn open(
        &self,
        inner: HPy,
        origin: Origin,
        owner: u32,
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
    fn make_place(&self) -> records::Place<'_> {
        let (place, orphan) = self.records.make_place();
        // What is kept runs nothing when it dies, so nobody else takes the place.
        self.close_inner(orphan);
        place
    }

    /// Closes a handle of the wrapped context, if it is one.
    #[inline(always)]
    fn close_inner(&self, handle: HPy) {
        if !handle.is_null() {
            self.close_orphan(handle);
        }
    }

    #[cold]
    fn close_orphan(&self, handle: HPy) {
        // SAFETY: the context is whole, and any word may be closed.
        unsafe { ((*self.inner).ctx_Close)(self.inner, handle) };
    }

    /// Whether the wrapped context has an error pending.
    #[inline(always)]
    fn is_error_pending(&self) -> bool {
        !self.pending.get().is_null()
    }

    /// Whether the program goes on after the use of a closed handle.
    #[inline(always)]
    fn goes_on(&self) -> bool {
        self.on_invalid_handle.get().is_some() || self.going_on.get()
    }

    /// Called when a handle is used that must not be, and the program goes on.
    pub fn on_invalid_handle(&self) -> &Hook {
        &self.on_invalid_handle
    }

    /// Called when a builder is used that must not be, and the program goes on.
    pub fn on_invalid_builder(&self) -> &Hook {
        &self.on_invalid_builder
    }

    /// The names of the modules in debug mode, in the order of their loading.
    pub fn modules(&self) -> Vec<String> {
        self.modules.borrow().clone()
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

    fn reports_faults(&self) -> bool {
        self.reports_faults.load(Relaxed)
    }

    /// Says nothing of violations when they are found. They are in
    /// [`violations`](Self::violations), and are printed should the process end
    /// because of one.
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
