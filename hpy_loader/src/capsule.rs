//! Capsules: C pointers that travel through Python.

use crate::abi::{HPyFunc_Capsule_Destructor, destroy_capsule};
use std::cell::Cell;
use std::ffi::{c_char, c_void};

/// The content of a capsule. The runtime puts it into an object and drops it
/// with that object, which runs the destructor.
///
/// HPy's destructor takes what the capsule holds and no context, so it may run
/// wherever the object dies.
#[derive(Debug)]
pub struct Capsule {
    /// What the capsule is for; never null.
    pub pointer: Cell<*mut c_void>,
    /// Borrowed from the extension, may be null. It must outlive the capsule.
    pub name: Cell<*const c_char>,
    /// The extension's own.
    pub context: Cell<*mut c_void>,
    /// Frees it all.
    pub destructor: Cell<Option<HPyFunc_Capsule_Destructor>>,
}

// SAFETY: the pointers are only handed back to the extension, which reads and
// writes the cells under the HPy lock.
unsafe impl Send for Capsule {}
// SAFETY: as above.
unsafe impl Sync for Capsule {}

impl Drop for Capsule {
    fn drop(&mut self) {
        if let Some(destructor) = self.destructor.get() {
            // SAFETY: the extension gave the function for these three values.
            unsafe {
                let (name, pointer) = (self.name.get(), self.pointer.get());
                destroy_capsule(destructor, name, pointer, self.context.get());
            };
        }
    }
}
