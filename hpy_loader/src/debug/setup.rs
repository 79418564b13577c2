//! Making the debug mode of a core.

use super::native_types::NativeTypes;
use super::records::{Origin, Records};
use super::state::{Debug, Pending};
use super::wrappers;
use crate::abi::ABI_VERSION;
use crate::modes::{Hook, WrappedContext};
use crate::sites::{PythonStack, Site};
use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::c_void;
use std::sync::atomic::AtomicBool;

impl Debug {
    /// Wraps a context. `pending` is where it keeps its error, `python` takes the
    /// stack of Python code.
    pub(crate) fn new(
        inner: WrappedContext,
        pending: Pending,
        python: Box<dyn Fn() -> PythonStack>,
    ) -> &'static Self {
        let debug: &'static Self = Box::leak(Box::new(Self {
            inner,
            template: OnceCell::new(),
            records: Records::new(),
            pending,
            buffer_range: Cell::new((0, 0)),
            builders: RefCell::default(),
            trackers: RefCell::default(),
            native_types: NativeTypes::default(),
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
        let mut template = Box::new(unsafe { inner.as_ptr().read() });
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
}
