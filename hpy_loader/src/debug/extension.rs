//! One module in debug mode, with the contexts of its calls.

use super::pooled_context::{Opener, PooledContext};
use super::state::Debug;
use super::stored_fields::Dead;
use crate::abi::{HPyContext, HPyField, HPyGlobal, HPyModuleDef};
use crate::modes::WrappedContext;
use crate::platform::images;
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
        let mut extensions = debug.extensions.borrow_mut();
        let number = extensions.len() as u32 + 1;
        let extension: &'static Self = Box::leak(Box::new(Self {
            debug,
            number,
            name: name.to_owned(),
            globals: RefCell::default(),
            contexts: std::array::from_fn(|place| {
                PooledContext::leak(debug, inner, (number, place as u8))
            }),
            next: Cell::new(0),
        }));
        for context in extension.contexts {
            context.set_extension(extension);
        }
        extensions.push(extension);
        extension
    }

    /// Whether a call runs on another thread, which may still close what it has opened.
    pub(super) fn is_elsewhere(&self, opener: Opener) -> bool {
        self.contexts[usize::from(opener.context)].is_elsewhere(opener)
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

    /// Learns where the extension's code is: around its definition.
    pub(crate) fn note_image(&self, definition: &HPyModuleDef) {
        images::note(std::ptr::from_ref(definition).addr());
    }

    /// Whether the module's definition names the global.
    pub(super) fn declares(&self, global: *mut HPyGlobal) -> bool {
        self.globals.borrow().contains(&global)
    }

    /// Looks at the struct of an object of the module that has died, and at the fields that
    /// were visited there. The HPy lock is held.
    pub(crate) fn look_at_dead(
        &self,
        type_name: &str,
        (start, size): (usize, usize),
        visited: &[(usize, HPyField)],
    ) {
        let dead = Dead {
            module: self.number,
            type_name,
            start,
            size,
        };
        self.debug.look_at_dead(&dead, visited);
        self.debug.end_guard(start);
    }

    /// Makes the guard behind a new struct of an object of the module.
    ///
    /// # Safety
    ///
    /// The struct has [`GUARD`](super::GUARD) bytes more than its size, and is there until
    /// [`look_at_dead`](Self::look_at_dead).
    pub(crate) unsafe fn set_guard(&self, type_name: &str, bounds: (usize, usize)) {
        // SAFETY: passed on to the caller.
        unsafe { self.debug.set_guard(&self.name, type_name, bounds) };
    }

    /// The context for the next call.
    pub(super) fn next_context(&self) -> &'static PooledContext {
        let next = self.next.get();
        self.next.set((next + 1) % CONTEXTS);
        self.contexts[next]
    }
}
