//! `errno` of the thread, which a function of the context leaves as C had it.

use super::threads;
use std::ffi::c_int;

/// Where threads have their `errno`.
#[derive(Clone, Copy)]
pub(crate) struct Errno {
    /// The distance from what [`threads::current`] gives, where that is the same for all
    /// threads: to ask the C library takes longer than to leave the lock.
    #[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
    distance: isize,
}

impl Errno {
    /// Asks the C library.
    pub(crate) fn find() -> Self {
        Self {
            #[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
            distance: place()
                .addr()
                .wrapping_sub(threads::current())
                .cast_signed(),
        }
    }

    /// This thread's.
    #[inline(always)]
    fn place(self) -> *mut c_int {
        #[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
        {
            let address = threads::current().wrapping_add_signed(self.distance);
            std::ptr::with_exposed_provenance_mut(address)
        }
        #[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(miri))))]
        place()
    }

    /// What it is.
    #[inline(always)]
    pub(crate) fn get(self) -> c_int {
        // SAFETY: the place is this thread's. On Linux the C library is loaded before any
        // thread runs, so its thread-local values lie at one distance from where a thread's
        // block begins, and that is what `threads::current` gives on x86_64.
        unsafe { *self.place() }
    }

    /// Changes it.
    #[inline(always)]
    pub(crate) fn set(self, value: c_int) {
        // SAFETY: as in `get`.
        unsafe { *self.place() = value };
    }
}

/// Puts `errno` back when it is dropped. C reads `errno` after a call that failed, and may
/// make other calls in between; what the VM does in those is not C's business.
pub(crate) struct KeptErrno(Errno, c_int);

impl KeptErrno {
    /// Notes what `errno` is.
    #[inline]
    pub(crate) fn new() -> Self {
        let errno = Errno::find();
        Self(errno, errno.get())
    }
}

impl Drop for KeptErrno {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

fn place() -> *mut c_int {
    // SAFETY: there is no condition.
    #[cfg(target_os = "linux")]
    let place = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    #[cfg(target_vendor = "apple")]
    let place = unsafe { libc::__error() };
    let _ = place.expose_provenance();
    place
}
