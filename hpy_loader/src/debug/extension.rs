//! One module in debug mode.

use super::pooled_context::PooledContext;
use super::state::Debug;
use crate::abi::{HPyContext, HPyGlobal};
use crate::modes::WrappedContext;
use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

/// How many contexts a module has. A call nested deeper than this gets one that
/// is in use further up.
const CONTEXTS: usize = 16;

/// A module in debug mode. Its calls use its contexts in turn.
pub(crate) struct Extension {
    pub(super) debug: &'static Debug,
    /// The context that is wrapped.
    pub(super) inner: WrappedContext,
    /// Counts modules from 1.
    pub(super) number: u32,
    /// The module's name.
    pub(super) name: String,
    contexts: OnceLock<[&'static PooledContext; CONTEXTS]>,
    next: Cell<usize>,
    /// The globals that the module's definition names.
    globals: RefCell<Vec<*mut HPyGlobal>>,
}

// SAFETY: what is not constant is touched under the HPy lock only.
unsafe impl Sync for Extension {}
// SAFETY: as above.
unsafe impl Send for Extension {}

impl Extension {
    pub(crate) fn new(debug: &'static Debug, inner: WrappedContext, name: &str) -> &'static Self {
        let template = debug.template.get().expect("set when it was made");
        let number = {
            let mut modules = debug.modules.borrow_mut();
            modules.push(name.to_owned());
            modules.len() as u32
        };
        let extension: &'static Self = Box::leak(Box::new(Self {
            debug,
            inner,
            number,
            name: name.to_owned(),
            contexts: OnceLock::new(),
            next: Cell::new(0),
            globals: RefCell::default(),
        }));
        extension
            .contexts
            .get_or_init(|| std::array::from_fn(|_| PooledContext::leak(extension, template)));
        extension
    }

    fn contexts(&self) -> &[&'static PooledContext; CONTEXTS] {
        self.contexts.get().expect("set when it was made")
    }

    /// The context for the module's global one, which no universal binary uses.
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.contexts()[0].context()
    }

    /// Learns which globals the module has.
    ///
    /// # Safety
    ///
    /// `globals` is null or an array that ends with null.
    pub(crate) unsafe fn declare_globals(&self, globals: *const *mut HPyGlobal) {
        let mut next = globals;
        // SAFETY: the caller vouches for the array, whose end was not passed.
        while let Some(&global) = unsafe { next.as_ref() }
            && !global.is_null()
        {
            self.globals.borrow_mut().push(global);
            // SAFETY: the end was not reached.
            next = unsafe { next.add(1) };
        }
    }

    /// Whether the module's definition names the global.
    pub(super) fn declares(&self, global: *mut HPyGlobal) -> bool {
        self.globals.borrow().contains(&global)
    }

    /// The context for the next call.
    pub(super) fn next_context(&self) -> &'static PooledContext {
        let next = self.next.get();
        self.next.set((next + 1) % CONTEXTS);
        self.contexts()[next]
    }
}
