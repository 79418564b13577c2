//! What is known of one module in debug mode.

use super::state::Debug;
use crate::abi::HPyGlobal;
use crate::modes::WrappedContext;
use std::cell::RefCell;

/// One module in debug mode.
pub(super) struct ExtensionInfo {
    pub debug: &'static Debug,
    /// The context that is wrapped.
    pub inner: WrappedContext,
    /// Counts modules from 1.
    pub number: u32,
    /// The module's name.
    pub name: String,
    /// The globals that the module's definition names.
    globals: RefCell<Vec<*mut HPyGlobal>>,
}

impl ExtensionInfo {
    pub fn new(debug: &'static Debug, inner: WrappedContext, name: &str) -> Self {
        let mut modules = debug.modules.borrow_mut();
        modules.push(name.to_owned());
        Self {
            debug,
            inner,
            number: modules.len() as u32,
            name: name.to_owned(),
            globals: RefCell::default(),
        }
    }

    /// Learns which globals the module has.
    ///
    /// # Safety
    ///
    /// `globals` is null or an array that ends with null.
    pub unsafe fn declare_globals(&self, globals: *const *mut HPyGlobal) {
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
    pub fn declares(&self, global: *mut HPyGlobal) -> bool {
        self.globals.borrow().contains(&global)
    }
}
