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
//!
//! A favourite that has only left the lock, and comes back while its place is being
//! taken away, keeps what it has: it writes so into the word that says that its place
//! is going, and one of the two is too late. What it can do no more is to come in anew.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering, compiler_fence};

/// Nobody has come yet.
const NOBODY: usize = 0;
/// A second thread has come; the favourite may still be inside.
const ENDING: usize = 1;
/// The favourite is not inside and never will be.
const OVER: usize = 2;
/// The same as [`ENDING`], but the favourite has come back meanwhile.
const KEPT: usize = 3;
/// Where these stand. In the other bits the favourite counts how often it has come
/// back, so that who has looked before cannot mistake one time for the other.
const STATE: usize = 7;
/// One of those times.
const TIME: usize = 8;

/// The favourite is not there.
const OUT: u8 = 0;
/// It is inside.
const IN: u8 = 1;
/// It has left the lock and means to come back.
const AWAY: u8 = 2;

/// Who the favourite is. Threads are multiples of 8.
pub(super) struct Bias {
    favourite: AtomicUsize,
    /// Only written by the favourite.
    inside: AtomicU8,
}

impl Bias {
    pub(super) const fn new() -> Self {
        Self {
            favourite: AtomicUsize::new(NOBODY),
            inside: AtomicU8::new(OUT),
        }
    }

    /// Takes the lock if `thread` is the favourite.
    #[inline]
    pub(super) fn enter(&self, thread: usize) -> bool {
        if self.favourite.load(Ordering::Relaxed) != thread {
            return false;
        }
        self.inside.store(IN, Ordering::Relaxed);
        // The other half of this fence is in `end`.
        compiler_fence(Ordering::SeqCst);
        if self.favourite.load(Ordering::Relaxed) == thread {
            return true;
        }
        self.inside.store(OUT, Ordering::Release);
        false
    }

    /// Gives back what [`enter`](Self::enter) has taken.
    #[inline]
    pub(super) fn leave(&self) {
        self.inside.store(OUT, Ordering::Release);
    }

    /// The favourite has left the lock, and may lose it.
    #[inline]
    pub(super) fn step_out(&self) {
        self.inside.store(AWAY, Ordering::Release);
    }

    /// Undoes [`step_out`](Self::step_out), which the favourite `thread` has done,
    /// unless its place is lost.
    #[inline]
    pub(super) fn come_back(&self, thread: usize) -> bool {
        self.inside.store(IN, Ordering::Relaxed);
        // The other half of this fence is in `end`.
        compiler_fence(Ordering::SeqCst);
        self.favourite.load(Ordering::Relaxed) == thread || self.keep()
    }

    #[cold]
    fn keep(&self) -> bool {
        let order = (Ordering::SeqCst, Ordering::Acquire);
        let mut now = self.favourite.load(Ordering::Acquire);
        loop {
            match now & STATE {
                KEPT => return true,
                ENDING => {
                    let kept = now - ENDING + KEPT + TIME;
                    match (self.favourite).compare_exchange(now, kept, order.0, order.1) {
                        Ok(_) => return true,
                        Err(changed) => now = changed,
                    }
                }
                _ => {
                    self.inside.store(OUT, Ordering::Release);
                    return false;
                }
            }
        }
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

    /// Takes the favourite's place away. If that has only left the lock, `ask` tells
    /// whether it may lose it. `wait` is called as long as it may not, and should let
    /// time pass.
    #[cold]
    pub(super) fn end(&self, mut ask: impl FnMut() -> bool, mut wait: impl FnMut()) {
        while !self.is_over() && !self.try_end(&mut ask) {
            wait();
        }
    }

    fn try_end(&self, ask: impl FnOnce() -> bool) -> bool {
        let order = (Ordering::SeqCst, Ordering::Acquire);
        let exchange = |from, to| {
            let exchanged = (self.favourite).compare_exchange(from, to, order.0, order.1);
            exchanged.is_ok()
        };
        let now = self.favourite.load(Ordering::Acquire);
        let ending = match now & STATE {
            ENDING => now,
            KEPT => now - KEPT + ENDING,
            _ => ENDING,
        };
        if now == OVER || now != ending && !exchange(now, ending) {
            return false;
        }
        // Also if somebody else has written it, whose fence may still be to come.
        fence::everywhere();
        // Acquired from `leave` and `step_out`: what the favourite did inside is seen
        // here.
        let may_end = match self.inside.load(Ordering::Acquire) {
            OUT => true,
            AWAY => ask(),
            _ => false,
        };
        may_end && exchange(ending, OVER)
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
