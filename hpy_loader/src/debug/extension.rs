//! One module in debug mode, with the contexts of its calls.

use super::extension_info::ExtensionInfo;
use super::pooled_context::PooledContext;
use super::state::Debug;
use crate::abi::{HPyContext, HPyGlobal};
use crate::modes::WrappedContext;
use std::cell::Cell;

/// How many contexts a module has. A call nested deeper than this gets one that
/// is in use further up.
const CONTEXTS: usize = 16;

/// A module in debug mode. Its calls use its contexts in turn.
pub(crate) struct Extension {
    pub(super) info: &'static ExtensionInfo,
    contexts: [&'static PooledContext; CONTEXTS],
    next: Cell<usize>,
}

// SAFETY: what is not constant is touched under the HPy lock only.
unsafe impl Sync for Extension {}
// SAFETY: as above.
unsafe impl Send for Extension {}

impl Extension {
    pub(crate) fn new(debug: &'static Debug, inner: WrappedContext, name: &str) -> &'static Self {
        let template = debug.template.get().expect("set when it was made");
        let info: &'static _ = Box::leak(Box::new(ExtensionInfo::new(debug, inner, name)));
        Box::leak(Box::new(Self {
            info,
            contexts: std::array::from_fn(|_| PooledContext::leak(info, template)),
            next: Cell::new(0),
        }))
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
        // SAFETY: the caller vouches for the array.
        unsafe { self.info.declare_globals(globals) };
    }

    /// The context for the next call.
    pub(super) fn next_context(&self) -> &'static PooledContext {
        let next = self.next.get();
        self.next.set((next + 1) % CONTEXTS);
        self.contexts[next]
    }
}
