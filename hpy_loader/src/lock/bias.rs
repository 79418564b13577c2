//! The lock of a program with one thread.
//!
//! Taking a free mutex and giving it back are two atomic operations, and the HPy
//! lock changes hands that way around every operation that may run Python code:
//! it would be a good part of what such an operation costs. But most programs use
//! extensions from one thread only. So the first thread that takes the lock
//! becomes its *favourite*, and takes and gives it with plain loads and stores.
//! When a second thread comes, that ends, for good: from then on there is the
//! mutex.
//!
//! The one hard moment is the end. The favourite writes "I am inside" and reads
//! "am I still the favourite?"; the other thread writes "no" and reads "is it
//! inside?". One of them has to see the other's word, which on any processor
//! needs a fence between the write and the read, on both sides, and a fence is
//! what the favourite must not pay for. Linux has the asymmetric kind:
//! `membarrier` makes every thread of the process pass a fence at once, at the
//! expense of the caller. The favourite only keeps the compiler from exchanging
//! the two. Without `membarrier` there is no favourite.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};

/// Nobody has come yet.
const NOBODY: usize = 0;
/// A second thread has come; the favourite may still be inside.
const ENDING: usize = 1;
/// The favourite is not inside and never will be.
const OVER: usize = 2;

/// Who the favourite is. Threads are numbers above [`OVER`].
pub(super) struct Bias {
    favourite: AtomicUsize,
    /// Only written by the favourite.
    inside: AtomicBool,
}

impl Bias {
    pub(super) const fn new() -> Self {
        Self {
            favourite: AtomicUsize::new(NOBODY),
            inside: AtomicBool::new(false),
        }
    }

    /// Takes the lock if `thread` is the favourite.
    #[inline]
    pub(super) fn enter(&self, thread: usize) -> bool {
        if self.favourite.load(Ordering::Relaxed) != thread {
            return false;
        }
        self.inside.store(true, Ordering::Relaxed);
        // The other half of this fence is in `end`.
        compiler_fence(Ordering::SeqCst);
        if self.favourite.load(Ordering::Relaxed) == thread {
            return true;
        }
        self.inside.store(false, Ordering::Release);
        false
    }

    /// Gives back what [`enter`](Self::enter) has taken.
    #[inline]
    pub(super) fn leave(&self) {
        self.inside.store(false, Ordering::Release);
    }

    /// Makes `thread` the favourite if it is the first one.
    #[cold]
    pub(super) fn claim(&self, thread: usize) -> bool {
        fence::is_available()
            && self
                .favourite
                .compare_exchange(NOBODY, thread, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Whether only the mutex counts.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.favourite.load(Ordering::Acquire) == OVER
    }

    /// Takes the favourite's place away. `wait` is called as long as it is inside,
    /// and should let time pass.
    #[cold]
    pub(super) fn end(&self, mut wait: impl FnMut()) {
        self.favourite.store(ENDING, Ordering::SeqCst);
        fence::everywhere();
        // Acquired from `leave`: what the favourite did inside is seen here.
        while self.inside.load(Ordering::Acquire) {
            wait();
        }
        self.favourite.store(OVER, Ordering::Release);
    }
}

/// A fence in all threads of the process.
#[cfg(all(target_os = "linux", not(miri)))]
mod fence {
    use std::sync::OnceLock;

    const PRIVATE_EXPEDITED: i32 = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: i32 = 1 << 4;

    fn membarrier(command: i32) -> bool {
        // SAFETY: the call takes numbers only and changes no memory.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }

    /// Whether the kernel can do it. A process has to say once that it will.
    pub(super) fn is_available() -> bool {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        *AVAILABLE.get_or_init(|| membarrier(REGISTER_PRIVATE_EXPEDITED))
    }

    pub(super) fn everywhere() {
        // Without it there was no favourite, and no fence is needed.
        if is_available() {
            assert!(membarrier(PRIVATE_EXPEDITED), "membarrier has failed");
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod fence {
    pub(super) fn is_available() -> bool {
        false
    }

    pub(super) fn everywhere() {}
}
