//! The HPy lock, which stands in for the GIL.
//!
//! HPy 0.9 promises an extension what the GIL gave it: while its C code runs, no other
//! extension code does. A VM whose threads run Python code at the same time has no such
//! lock of its own, so the loader has one. It guards the handle table, the pending error
//! and the native structs.
//!
//! # Terms
//!
//! - A thread *enters* the lock on its way into C ([`Lock::enter`]) and holds the lock
//!   while C runs.
//! - A thread *leaves* the lock around everything that may run Python code for long:
//!   every call out of C whose runtime method can reach arbitrary code
//!   ([`Lock::leave`]). Otherwise a `thread.join()` inside a callback would wait for a
//!   thread that waits for the lock.
//! - A thread *gives the lock up* at the end of C, in `HPy_LeavePythonExecution`, and
//!   around calls of functions made in Python ([`Lock::give_up_for`]).
//!
//! To leave is not to give up. The GIL changes hands when Python code runs or a thread
//! blocks, not when C stores into a `dict`, and extensions build on that: what they do
//! to their structs between two such calls is one step for the other threads. Which
//! method will run Python code the loader cannot know. So a lock that was left stays
//! with its thread, which comes back at no cost, unless a thread that waits finds that
//! the owner stays away for long. Then the waiting thread takes the lock over, and the
//! former owner has to wait in its turn. `handoff` says what long is.
//!
//! The lock is reentrant: code for which a thread has left the lock may call C, which
//! enters again. The word of the outer departure is kept meanwhile
//! (`outer_owner`). Code for which a thread does not leave may drop an object
//! whose finalizer calls C; that thread holds the lock already and takes nothing.
//!
//! Waiting happens inside [`Roots::wait`], so that the VM's collector can stop the world
//! meanwhile. C code that does not wait, but leaves the lock again and again, passes the
//! VM's safepoint now and then ([`Roots::pass_safepoint`]): else nobody could collect, and
//! the process could not end, before it is done. With a runtime that is not [`THREADS`](crate::runtime::Roots::THREADS),
//! all of this is nothing.
//!
//! # States
//!
//! One word, `owner`, tells them apart:
//!
//! | word | state |
//! |---|---|
//! | 0 | free |
//! | thread | held |
//! | thread, `LEFT`, number of the departure | left: the thread may come back, another one may take over |
//!
//! ```text
//!            enter                leave
//!   free ───────────► held ─────────────────► left
//!     ▲                │ ▲                    │  │
//!     └────────────────┘ └────────────────────┘  │
//!          give up       ▲  come back            │
//!                        └───────────────────────┘
//!                           take over, by another thread
//! ```
//!
//! Who may make the word a thread's own is settled in one of two ways, and the bit
//! `BIASED` says which:
//!
//! - As long as only one thread comes, it is the *biased owner* and takes and leaves the
//!   lock by plain loads and stores; see `biased_owner`.
//! - From the second thread on, for good, there is a mutex. It is locked as long as the
//!   word is not 0. To take over is to take the mutex along.
//!
//! # Forks
//!
//! A forked process has one thread. What the lock says of the others is taken back before
//! that thread goes on (`forks`).
//!
//! # Memory order
//!
//! What one owner did under the lock, the next one sees, by one of three edges:
//!
//! - give up, then enter: the mutex's own release and acquire.
//! - leave, then take over: the store of the word is a release, the exchange of the same
//!   word an acquire.
//! - the biased owner's last store of where it is, a release, which whoever ends the
//!   bias acquires before anybody locks the mutex.
//!
//! The word may be read in relaxed order to learn whether this thread holds the lock:
//! only this thread writes its own number without `LEFT`, and it sees its own stores.
//! An exchange of the word fails if the owner came back meanwhile, even if it has left
//! again, since each departure has a number. The numbers repeat after 2^16 departures;
//! an exchange that takes one for the other is still one from a thread that has left.

mod biased_owner;
mod forks;
mod guards;
mod handoff;

use crate::platform::exits;
use crate::platform::threads::current as current_thread;
use crate::runtime::Roots;
use biased_owner::BiasedOwner;
use guards::Departure;
pub use guards::{Entered, Left};
use handoff::{Holder, Waiter};
use parking_lot::Mutex;
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One reentrant lock, shared by everything that runs on one loader.
pub struct Lock {
    biased_owner: BiasedOwner,
    /// Locked as long as `owner` is neither 0 nor [`BIASED`]. Its guards are forgotten.
    mutex: Mutex<()>,
    /// The state of the lock; see the module.
    owner: AtomicUsize,
    /// What `owner` was when the thread that holds the lock came in once more, from
    /// code that it had left the lock for. Else 0. For the owner only.
    outer_owner: AtomicUsize,
    /// How often the lock was left. For the owner only.
    departures: AtomicUsize,
    /// How often the mutex was acquired: from this number a thread that waits learns that
    /// another one was faster. It is written before `owner`, whose store is a release.
    acquisition_count: AtomicUsize,
    /// The thread that has the mutex, or was the biased owner.
    holder: Holder,
}

/// Set in the word of the biased owner. No thread's number has this bit.
const BIASED: usize = 1;

/// Set if the thread has left the lock and may lose it. No thread's number has this bit.
const LEFT: usize = 2;

/// Once in so many departures, and acquisitions of the mutex, a thread looks whether the VM
/// wants it to stop.
const SAFEPOINTS: usize = 64;

/// The departures are counted in the bits that no thread's number has.
const DEPARTURE: u32 = 48;

/// The bits of a thread's number.
const THREAD: usize = (1 << DEPARTURE) - 1 - BIASED - LEFT;

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Self {
        Self {
            biased_owner: BiasedOwner::new(),
            mutex: Mutex::new(()),
            owner: AtomicUsize::new(0),
            outer_owner: AtomicUsize::new(0),
            departures: AtomicUsize::new(0),
            acquisition_count: AtomicUsize::new(0),
            holder: Holder::nobody(),
        }
    }

    /// Whether this thread holds the lock. Always true without threads.
    #[inline]
    pub fn is_held<R: Roots>(&self) -> bool {
        !R::THREADS || self.owner.load(Ordering::Relaxed) & !BIASED == current_thread()
    }

    /// Whether another thread holds the lock and has not left it. That may change at any
    /// time.
    pub(crate) fn is_held_elsewhere<R: Roots>(&self) -> bool {
        let owner = self.owner.load(Ordering::Relaxed) & !BIASED;
        R::THREADS && owner != 0 && owner & LEFT == 0 && owner != current_thread()
    }

    /// What is the same as long as another thread holds the lock without having left it;
    /// none if that is not so.
    pub(crate) fn mark_of_holder<R: Roots>(&self) -> Option<(usize, usize)> {
        let is_held = self.is_held_elsewhere::<R>();
        is_held.then(|| {
            let owner = self.owner.load(Ordering::Relaxed);
            (owner, self.acquisition_count.load(Ordering::Relaxed))
        })
    }

    /// Takes the lock for the guard's life, if this thread does not hold it yet.
    #[inline]
    pub fn enter<R: Roots>(&self, runtime: &R) -> Entered<'_> {
        let taken = self.acquire_if_free(runtime);
        let lock = taken.then_some(self);
        Entered { lock }
    }

    /// Takes the lock if this thread does not hold it yet, and tells whether it has.
    #[inline(always)]
    pub(crate) fn acquire_if_free<R: Roots>(&self, runtime: &R) -> bool {
        if !R::THREADS {
            return false;
        }
        let (owner, thread) = (self.owner.load(Ordering::Relaxed), current_thread());
        let is_held = owner & !BIASED == thread;
        if !is_held {
            self.acquire_from(runtime, owner, thread);
        }
        !is_held
    }

    /// Leaves the lock for the guard's life, if this thread holds it.
    #[inline]
    pub fn leave<'a, R: Roots>(&'a self, runtime: &'a R) -> Left<'a, R> {
        let owner = self.owner.load(Ordering::Relaxed);
        let is_held = R::THREADS && owner & !BIASED == current_thread();
        let departure = is_held.then(|| self.depart(owner));
        if is_held
            && self
                .departures
                .load(Ordering::Relaxed)
                .is_multiple_of(SAFEPOINTS)
        {
            runtime.pass_safepoint();
        }
        Left {
            lock: self,
            runtime,
            departure,
        }
    }

    /// Gives the lock up for the guard's life, if this thread holds it: for what runs
    /// Python code in any case.
    #[inline]
    pub fn give_up_for<'a, R: Roots>(&'a self, runtime: &'a R) -> Left<'a, R> {
        let is_held = R::THREADS && self.is_held::<R>();
        if is_held {
            self.give_up();
        }
        Left {
            lock: self,
            runtime,
            departure: is_held.then_some(Departure::GIVEN_UP),
        }
    }

    #[inline]
    fn depart(&self, owner: usize) -> Departure {
        let number = self.departures.load(Ordering::Relaxed).wrapping_add(1);
        self.departures.store(number, Ordering::Relaxed);
        let departure = Departure {
            mark: owner | LEFT | number << DEPARTURE,
            outer_owner: self.outer_owner.load(Ordering::Relaxed),
        };
        self.set_left(departure.mark);
        departure
    }

    /// From now on others may take the lock over from this thread.
    #[inline]
    fn set_left(&self, mark: usize) {
        self.owner.store(mark, Ordering::Release);
        if mark & BIASED != 0 {
            self.biased_owner.step_out();
        }
    }

    /// Holds the lock again, unless another thread has taken it over since this thread
    /// wrote `mark`.
    #[inline]
    fn come_back(&self, mark: usize) -> bool {
        let thread = mark & THREAD;
        if mark & BIASED == 0 {
            return self.exchange_owner(mark, thread);
        }
        let is_back = self.biased_owner.come_back(thread);
        if is_back {
            self.owner.store(thread | BIASED, Ordering::Relaxed);
        }
        is_back
    }

    #[inline]
    fn exchange_owner(&self, mark: usize, thread: usize) -> bool {
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        let exchanged = self.owner.compare_exchange(mark, thread, success, failure);
        exchanged.is_ok()
    }

    /// Takes the lock. This thread must not hold it.
    #[inline]
    pub(crate) fn acquire<R: Roots>(&self, runtime: &R) {
        if R::THREADS {
            let owner = self.owner.load(Ordering::Relaxed);
            self.acquire_from(runtime, owner, current_thread());
        }
    }

    #[inline]
    fn acquire_from<R: Roots>(&self, runtime: &R, owner: usize, thread: usize) {
        if owner & (THREAD | LEFT) == thread | LEFT && self.come_back(owner) {
            self.outer_owner.store(owner, Ordering::Relaxed);
        } else if !self.try_enter_biased(thread) {
            self.acquire_mutex(runtime, thread);
        }
    }

    #[inline]
    fn try_enter_biased(&self, thread: usize) -> bool {
        let has_entered = self.biased_owner.enter(thread);
        if has_entered {
            self.owner.store(thread | BIASED, Ordering::Relaxed);
        }
        has_entered
    }

    #[inline(never)]
    fn acquire_mutex<R: Roots>(&self, runtime: &R, thread: usize) {
        let mut waiter = Waiter::new();
        let count = self.acquisition_count.load(Ordering::Relaxed);
        if count.is_multiple_of(SAFEPOINTS) && !exits::runs_exit() {
            runtime.pass_safepoint();
        }
        if !self.biased_owner.is_over() {
            if self.biased_owner.claim(thread) {
                self.holder.set_current();
                if self.try_enter_biased(thread) {
                    return;
                }
            }
            self.end_bias(runtime, &mut waiter);
        }
        while !self.try_lock() && !self.take_over(thread, &mut waiter) {
            let pause = waiter.pause();
            // Waiting ends with giving the mutex up again: coming back from a wait may
            // take long, or forever when the VM shuts down, and nobody should have to
            // wait for that.
            wait(runtime, || drop(self.mutex.try_lock_for(pause)));
        }
        let count = self.acquisition_count.load(Ordering::Relaxed);
        let count = count.wrapping_add(1);
        self.acquisition_count.store(count, Ordering::Relaxed);
        self.holder.set_current();
        self.outer_owner.store(0, Ordering::Relaxed);
        // Whoever reads the word finds the count and the holder that belong to it.
        self.owner.store(thread, Ordering::Release);
    }

    fn end_bias<R: Roots>(&self, runtime: &R, waiter: &mut Waiter) {
        let waiter = RefCell::new(waiter);
        let may_take = || {
            let mark = self.owner.load(Ordering::Acquire);
            mark & LEFT != 0 && waiter.borrow_mut().may_take(mark, 0, self.holder.get())
        };
        self.biased_owner.end(may_take, || {
            let pause = waiter.borrow_mut().pause();
            wait(runtime, || std::thread::sleep(pause));
        });
    }

    #[inline]
    fn try_lock(&self) -> bool {
        self.mutex.try_lock().map(std::mem::forget).is_some()
    }

    /// Takes the lock, with its mutex, from a thread that has left it for long.
    fn take_over(&self, thread: usize, waiter: &mut Waiter) -> bool {
        let mark = self.owner.load(Ordering::Acquire);
        let count = self.acquisition_count.load(Ordering::Relaxed);
        // The biased owner has no mutex that could be taken from it.
        mark & (LEFT | BIASED) == LEFT
            && waiter.may_take(mark, count, self.holder.get())
            && self.exchange_owner(mark, thread)
    }

    /// Undoes an [`acquire`](Self::acquire): the lock is free, or left as before. This
    /// thread must hold it.
    #[inline]
    pub(crate) fn release(&self) {
        let outer_owner = self.outer_owner.load(Ordering::Relaxed);
        if outer_owner == 0 {
            self.free();
        } else {
            self.outer_owner.store(0, Ordering::Relaxed);
            self.set_left(outer_owner);
        }
    }

    /// Gives the lock up, however often this thread came in. It must hold it.
    #[inline]
    pub(crate) fn give_up(&self) {
        self.outer_owner.store(0, Ordering::Relaxed);
        self.free();
    }

    #[inline]
    fn free(&self) {
        let owner = self.owner.load(Ordering::Relaxed);
        debug_assert_eq!(owner & !BIASED, current_thread());
        self.owner.store(0, Ordering::Relaxed);
        if owner & BIASED != 0 {
            self.biased_owner.exit();
        } else {
            // SAFETY: the word was this thread's without `BIASED`, so this thread has
            // forgotten a guard of the mutex, or has taken over from one that had.
            unsafe { self.mutex.force_unlock() };
        }
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}
/// Waits in such a way that the VM can stop the world meanwhile, if there still is one.
fn wait<R: Roots>(runtime: &R, mut wait: impl FnMut()) {
    match exits::runs_exit() {
        true => wait(),
        false => runtime.wait(&mut wait),
    }
}
