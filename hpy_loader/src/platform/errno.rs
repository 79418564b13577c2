//! `errno` of the thread, which a function of the context leaves as C had it.

use std::ffi::c_int;

/// Puts `errno` back when it is dropped. C reads `errno` after a call that failed, and may
/// make other calls in between; what the VM does in those is not C's business.
pub(crate) struct KeptErrno {
    place: *mut c_int,
    value: c_int,
}

impl KeptErrno {
    /// Notes what `errno` is now.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let place = place();
        // SAFETY: the system gives the place, which is this thread's as long as it lives.
        let value = unsafe { *place };
        Self { place, value }
    }
}

impl Drop for KeptErrno {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: as in `new`; a pointer keeps this value on its thread.
        unsafe { *self.place = self.value };
    }
}

#[inline(always)]
fn place() -> *mut c_int {
    // SAFETY: neither has a condition.
    #[cfg(target_os = "linux")]
    return unsafe { libc::__errno_location() };
    #[cfg(target_vendor = "apple")]
    // SAFETY: as above.
    return unsafe { libc::__error() };
}
