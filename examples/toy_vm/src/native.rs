//! Memory of native structs.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::c_void;
use std::ptr::NonNull;

/// A native struct: zeroed, aligned to 16 bytes, never moved.
pub struct Native {
    memory: Option<NonNull<c_void>>,
    layout: Layout,
}

// SAFETY: the memory is the extension's, which uses it under the HPy lock.
unsafe impl Send for Native {}
// SAFETY: as above.
unsafe impl Sync for Native {}

impl Native {
    /// `None` if there is no memory for it.
    pub fn new(bytes: usize) -> Option<Self> {
        let layout = Layout::from_size_align(bytes, 16).ok()?;
        if bytes == 0 {
            return Some(Self {
                memory: None,
                layout,
            });
        }
        // SAFETY: the size is not 0.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) }.cast())?;
        Some(Self {
            memory: Some(memory),
            layout,
        })
    }

    /// Null if the struct is empty.
    pub fn as_ptr(&self) -> *mut c_void {
        self.memory
            .map_or(std::ptr::null_mut(), |memory| memory.as_ptr())
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(memory) = self.memory {
            // SAFETY: the memory was allocated with this layout.
            unsafe { dealloc(memory.as_ptr().cast(), self.layout) };
        }
    }
}
