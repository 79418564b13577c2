//! One module in debug mode, with the contexts of its calls.

use super::pooled_context::PooledContext;
use super::state::Debug;
use crate::abi::{HPyContext, HPyGlobal};
use crate::modes::WrappedContext;
use std::cell::{Cell, RefCell};

/// How many contexts a module has. A call nested deeper than this gets one that
/// is in use further up.
const CONTEXTS: usize = 16;

/// A module in debug mode. Its calls use its contexts in turn.
pub(crate) struct Extension {
    pub(super) debug: &'static Debug,
    /// Counts modules from 1.
    pub(super) number: u32,
    pub(super) name: String,
    /// The globals that the module's definition names.
    globals: RefCell<Vec<*mut HPyGlobal>>,
    contexts: [&'static PooledContext; CONTEXTS],
    next: Cell<usize>,
}

// SAFETY: what is not constant is touched under the HPy lock only.
unsafe impl Sync for Extension {}
// SAFETY: as above.
unsafe impl Send for Extension {}

impl Extension {
    pub(crate) fn new(debug: &'static Debug, inner: WrappedContext, name: &str) -> &'static Self {
        let mut modules = debug.modules.borrow_mut();
        modules.push(name.to_owned());
        let number = modules.len() as u32;
        let extension: &'static Self = Box::leak(Box::new(Self {
            debug,
            number,
            name: name.to_owned(),
            globals: RefCell::default(),
            contexts: std::array::from_fn(|_| PooledContext::leak(debug, inner, number)),
            next: Cell::new(0),
        }));
        for context in extension.contexts {
            context.set_extension(extension);
        }
        extension
    }

    /// The context for the module's global one, which no universal binary uses.
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.contexts[0].context()
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
            if !self.declares(global) {
                self.globals.borrow_mut().push(global);
            }
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
        self.contexts[next]
    }
}
