//! The HPy lock.
//!
//! HPy 0.9 promises an extension what the GIL gave it: while its C code runs, no
//! other extension code does. A VM whose threads run Python code at the same
//! time has no such lock of its own, so the loader has one. It guards the handle
//! table, the pending error and the native structs.
//!
//! - It is taken on the way into C ([`Lock::enter`]) and held while C runs.
//! - It is *left* around everything that may run Python code for long: every call
//!   out of C whose runtime method can reach arbitrary code ([`Lock::leave`]).
//!   Otherwise a `thread.join()` inside a callback would wait for a thread that
//!   waits for the lock.
//! - It is given up at the end of C, and by `HPy_LeavePythonExecution`.
//! - It is reentrant, because a method that does not leave it may still drop
//!   an object, whose finalizer may call C again.
//! - Waiting for it happens inside [`Roots::wait`],
//!   so the VM's collector can stop the world meanwhile.
//!
//! To leave it is not to give it up. The GIL changes hands when Python code runs or
//! a thread blocks, not when C stores into a `dict`, and extensions build on that:
//! what they do to their structs between two such calls is one step for the other
//! threads. For a call of a function made in Python the lock is given up
//! ([`Lock::give_up_for`]). What else will run Python code the loader cannot know, so
//! the lock stays with the thread that has left it, which comes back for nothing,
//! unless somebody who waits finds that it stays away for long; `patience` says what
//! long is. Only then the lock is taken from it, and it has to wait for it in its turn.
//!
//! As long as only one thread comes, taking and leaving it are plain loads and
//! stores; see `bias`.
//!
//! With a runtime that is not [`THREADS`](crate::runtime::Roots::THREADS), all of
//! this is nothing.

mod bias;
mod handoff;

use crate::platform::threads::Running;
use crate::runtime::Roots;
use bias::Bias;
use handoff::Patience;
use lock_api::{RawMutex as _, RawMutexTimed as _};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One reentrant lock, shared by everything that runs on one loader.
pub struct Lock {
    bias: Bias,
    /// Locked as long as somebody holds the lock, or has left it, who is not the
    /// favourite.
    mutex: parking_lot::RawMutex,
    /// The [`current_thread`] that has the lock, else 0, plus [`FAVOURITE`] if it is
    /// not the mutex that it has, plus [`LEFT`] and the number of the departure if
    /// it has left. Only ever equal to what a thread itself would write if that thread
    /// wrote it, so to look for that relaxed order will do.
    owner: AtomicUsize,
    /// What `owner` was when the thread that holds the lock came in once more, from
    /// code that it had left the lock for. Else 0. For the holder only.
    beneath: AtomicUsize,
    /// How often the lock was left. For the holder only.
    departures: AtomicUsize,
    /// How often the mutex was taken: by this somebody who waits sees that it was
    /// another one who came before him.
    tenure: AtomicUsize,
    /// What the kernel calls the thread that has the mutex, or was the favourite.
    running: Running,
}

/// A bit that the number of no thread has.
const FAVOURITE: usize = 1;

/// Another one: the thread has left the lock and may lose it.
const LEFT: usize = 2;

/// The other bits below the number of the departure.
const THREAD: usize = (1 << DEPARTURE) - 1 - FAVOURITE - LEFT;

/// The departures are counted in the bits that the address of no thread has.
const DEPARTURE: u32 = 48;

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
            beneath: AtomicUsize::new(0),
            departures: AtomicUsize::new(0),
            tenure: AtomicUsize::new(0),
            running: Running::nobody(),
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
        if !R::THREADS {
            return false;
        }
        let (owner, thread) = (self.owner.load(Ordering::Relaxed), current_thread());
        let is_held = owner & !FAVOURITE == thread;
        if !is_held {
            self.acquire_from(runtime, owner, thread);
        }
        !is_held
    }

    /// Leaves the lock for the guard's life, if this thread holds it.
    #[inline]
    pub fn leave<'a, R: Roots>(&'a self, runtime: &'a R) -> Left<'a, R> {
        let owner = self.owner.load(Ordering::Relaxed);
        let is_held = R::THREADS && owner & !FAVOURITE == current_thread();
        Left {
            lock: self,
            runtime,
            departure: is_held.then(|| self.depart(owner)),
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
            departure: is_held.then_some(Departure {
                mark: 0,
                beneath: 0,
            }),
        }
    }

    #[inline]
    fn depart(&self, owner: usize) -> Departure {
        let number = self.departures.load(Ordering::Relaxed).wrapping_add(1);
        self.departures.store(number, Ordering::Relaxed);
        let departure = Departure {
            mark: owner | LEFT | number << DEPARTURE,
            beneath: self.beneath.load(Ordering::Relaxed),
        };
        self.put_back(departure.mark);
        departure
    }

    /// From now on others may take the lock from this thread.
    #[inline]
    fn put_back(&self, mark: usize) {
        // Whoever takes the lock sees what was done under it.
        self.owner.store(mark, Ordering::Release);
        if mark & FAVOURITE != 0 {
            self.bias.step_out();
        }
    }

    /// Holds the lock again, unless somebody has taken it since this thread wrote
    /// `mark`.
    #[inline]
    fn come_back(&self, mark: usize) -> bool {
        let thread = mark & THREAD;
        if mark & FAVOURITE == 0 {
            let order = (Ordering::Acquire, Ordering::Relaxed);
            let owner = &self.owner;
            return owner
                .compare_exchange(mark, thread, order.0, order.1)
                .is_ok();
        }
        let is_back = self.bias.come_back(thread);
        if is_back {
            self.owner.store(thread | FAVOURITE, Ordering::Relaxed);
        }
        is_back
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
            self.beneath.store(owner, Ordering::Relaxed);
        } else if self.bias.enter(thread) {
            self.owner.store(thread | FAVOURITE, Ordering::Relaxed);
        } else {
            self.acquire_mutex(runtime, thread);
        }
    }

    #[inline(never)]
    fn acquire_mutex<R: Roots>(&self, runtime: &R, thread: usize) {
        let mut patience = Patience::new();
        if !self.bias.is_over() {
            if self.bias.claim(thread) {
                self.running.is_this_thread();
                if self.bias.enter(thread) {
                    self.owner.store(thread | FAVOURITE, Ordering::Relaxed);
                    return;
                }
            }
            let waiting = RefCell::new(&mut patience);
            let may_take = || {
                let mark = self.owner.load(Ordering::Acquire);
                mark & LEFT != 0 && waiting.borrow_mut().is_over(mark, 0, &self.running)
            };
            self.bias.end(may_take, || {
                let pause = waiting.borrow_mut().pause();
                runtime.wait(&mut || std::thread::sleep(pause));
            });
        }
        // Waiting ends with giving the mutex up again: coming back from a wait may
        // take long, or forever when the VM shuts down, and nobody should have
        // to wait for that.
        while !self.mutex.try_lock() && !self.take_away(thread, &mut patience) {
            let pause = patience.pause();
            runtime.wait(&mut || {
                if self.mutex.try_lock_for(pause) {
                    // SAFETY: locked in the line above.
                    unsafe { self.mutex.unlock() };
                }
            });
        }
        let tenure = self.tenure.load(Ordering::Relaxed).wrapping_add(1);
        self.tenure.store(tenure, Ordering::Relaxed);
        self.running.is_this_thread();
        self.beneath.store(0, Ordering::Relaxed);
        self.owner.store(thread, Ordering::Release);
    }

    /// Takes the lock, with its mutex, from a thread that has left it for long.
    fn take_away(&self, thread: usize, patience: &mut Patience) -> bool {
        let mark = self.owner.load(Ordering::Acquire);
        let tenure = self.tenure.load(Ordering::Relaxed);
        let order = (Ordering::Acquire, Ordering::Relaxed);
        // The favourite has no mutex that could be taken from it.
        mark & (LEFT | FAVOURITE) == LEFT
            && patience.is_over(mark, tenure, &self.running)
            && (self.owner.compare_exchange(mark, thread, order.0, order.1)).is_ok()
    }

    /// Undoes an [`acquire`](Self::acquire). This thread must hold the lock.
    #[inline]
    pub(crate) fn release(&self) {
        let beneath = self.beneath.load(Ordering::Relaxed);
        if beneath == 0 {
            self.free();
        } else {
            self.beneath.store(0, Ordering::Relaxed);
            self.put_back(beneath);
        }
    }

    /// Gives the lock up, however often this thread came in. It must hold it.
    #[inline]
    pub(crate) fn give_up(&self) {
        self.beneath.store(0, Ordering::Relaxed);
        self.free();
    }

    #[inline]
    fn free(&self) {
        let owner = self.owner.load(Ordering::Relaxed);
        debug_assert_eq!(owner & !FAVOURITE, current_thread());
        self.owner.store(0, Ordering::Relaxed);
        if owner & FAVOURITE != 0 {
            self.bias.leave();
        } else {
            // SAFETY: the owner is this thread, which locked the mutex or has taken
            // the lock with its mutex from somebody who had.
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

/// What a thread needs to come back.
#[derive(Clone, Copy)]
struct Departure {
    /// What it has written into [`Lock::owner`], or 0 if it has given the lock up.
    mark: usize,
    /// What [`Lock::beneath`] was.
    beneath: usize,
}

/// Other threads may come to run extension code while this lives.
#[must_use]
pub struct Left<'a, R: Roots> {
    lock: &'a Lock,
    runtime: &'a R,
    departure: Option<Departure>,
}

impl<R: Roots> Drop for Left<'_, R> {
    #[inline]
    fn drop(&mut self) {
        if let Some(departure) = self.departure {
            if departure.mark != 0 && self.lock.come_back(departure.mark) {
                let beneath = departure.beneath;
                self.lock.beneath.store(beneath, Ordering::Relaxed);
            } else {
                self.lock.acquire(self.runtime);
            }
        }
    }
}
