//! The HPy lock.
//!
//! HPy 0.9 promises an extension what the GIL gave it: while its C code runs, no
//! other extension code does. A VM whose threads run Python code at the same
//! time has no such lock of its own, so the loader has one. It guards the handle
//! table, the pending error and the native structs.
//!
//! - It is taken on the way into C ([`Lock::enter`]) and held while C runs.
//! - It is given up for everything that may run Python code for long: every call
//!   out of C whose runtime method can reach arbitrary code ([`Lock::leave`]),
//!   and `HPy_LeavePythonExecution`. Otherwise a `thread.join()` inside a
//!   callback would wait for a thread that waits for the lock.
//! - It is reentrant, because a method that does not give it up may still drop
//!   an object, whose finalizer may call C again.
//! - Waiting for it happens inside [`Roots::wait`],
//!   so the VM's collector can stop the world meanwhile.
//!
//! As long as only one thread comes, taking and giving it are plain loads and
//! stores; see `bias`.
//!
//! With a runtime that is not [`THREADS`](crate::runtime::Roots::THREADS), all of
//! this is nothing.

mod bias;

use crate::runtime::Roots;
use bias::Bias;
use lock_api::RawMutex as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// One reentrant lock, shared by everything that runs on one loader.
pub struct Lock {
    bias: Bias,
    mutex: parking_lot::RawMutex,
    /// The [`current_thread`] that holds the lock, else 0, plus [`FAVOURITE`] if
    /// it is not the mutex that it holds. Only ever equal to the reader's own
    /// number if the reader wrote it, so relaxed order will do.
    owner: AtomicUsize,
}

/// A bit that the number of no thread has.
const FAVOURITE: usize = 1;

/// How often somebody looks whether the favourite has gone, which happens once in
/// a program.
const LOOK: Duration = Duration::from_micros(50);

/// A number that no other living thread has: a multiple of 8, and never 0.
#[inline]
fn current_thread() -> usize {
    thread_local! { static ADDRESS: u64 = const { 0 } }
    ADDRESS.with(|place| std::ptr::from_ref(place).addr())
}

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Self {
        Self {
            bias: Bias::new(),
            mutex: parking_lot::RawMutex::INIT,
            owner: AtomicUsize::new(0),
        }
    }

    /// Whether this thread holds the lock. Always true without threads.
    #[inline]
    pub fn is_held<R: Roots>(&self) -> bool {
        !R::THREADS || self.owner.load(Ordering::Relaxed) & !FAVOURITE == current_thread()
    }

    /// Takes the lock for the guard's life, if this thread does not hold it yet.
    #[inline]
    pub fn enter<R: Roots>(&self, runtime: &R) -> Entered<'_> {
        let taken = self.acquire_if_free(runtime);
        Entered {
            lock: taken.then_some(self),
        }
    }

    /// Takes the lock if this thread does not hold it yet, and tells whether it has.
    #[inline(always)]
    pub(crate) fn acquire_if_free<R: Roots>(&self, runtime: &R) -> bool {
        let is_held = self.is_held::<R>();
        if !is_held {
            self.acquire(runtime);
        }
        !is_held
    }

    /// Gives the lock up for the guard's life, if this thread holds it.
    #[inline]
    pub fn leave<'a, R: Roots>(&'a self, runtime: &'a R) -> Left<'a, R> {
        let held = R::THREADS && self.is_held::<R>();
        if held {
            self.release();
        }
        Left {
            lock: self,
            runtime,
            held,
        }
    }

    /// Takes the lock. This thread must not hold it.
    #[inline]
    pub(crate) fn acquire<R: Roots>(&self, runtime: &R) {
        if !R::THREADS {
            return;
        }
        let thread = current_thread();
        if self.bias.enter(thread) {
            self.owner.store(thread | FAVOURITE, Ordering::Relaxed);
        } else {
            self.acquire_mutex(runtime, thread);
        }
    }

    #[inline(never)]
    fn acquire_mutex<R: Roots>(&self, runtime: &R, thread: usize) {
        if !self.bias.is_over() {
            if self.bias.claim(thread) && self.bias.enter(thread) {
                self.owner.store(thread | FAVOURITE, Ordering::Relaxed);
                return;
            }
            self.bias
                .end(|| runtime.wait(&mut || std::thread::sleep(LOOK)));
        }
        // Waiting ends with giving the lock up again: coming back from a wait may
        // take long, or forever when the VM shuts down, and nobody should have
        // to wait for that.
        while !self.mutex.try_lock() {
            runtime.wait(&mut || {
                self.mutex.lock();
                // SAFETY: locked in the line above.
                unsafe { self.mutex.unlock() };
            });
        }
        self.owner.store(thread, Ordering::Relaxed);
    }

    /// Gives the lock up. This thread must hold it.
    #[inline]
    pub(crate) fn release(&self) {
        let owner = self.owner.load(Ordering::Relaxed);
        debug_assert_eq!(owner & !FAVOURITE, current_thread());
        self.owner.store(0, Ordering::Relaxed);
        if owner & FAVOURITE != 0 {
            self.bias.leave();
        } else {
            // SAFETY: the owner is this thread, which therefore locked the mutex.
            unsafe { self.mutex.unlock() };
        }
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

/// Extension code may run while this lives.
#[must_use]
pub struct Entered<'a> {
    lock: Option<&'a Lock>,
}

impl Entered<'_> {
    /// Whether the lock is given up when the guard goes. Without threads there
    /// is nothing to give up, ever.
    #[inline]
    pub fn is_outermost(&self) -> bool {
        self.lock.is_some()
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(lock) = self.lock {
            lock.release();
        }
    }
}

/// Other threads may run extension code while this lives.
#[must_use]
pub struct Left<'a, R: Roots> {
    lock: &'a Lock,
    runtime: &'a R,
    held: bool,
}

impl<R: Roots> Drop for Left<'_, R> {
    #[inline]
    fn drop(&mut self) {
        if self.held {
            self.lock.acquire(self.runtime);
        }
    }
}
