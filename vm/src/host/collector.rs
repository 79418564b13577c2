//! What RustPython's collector does not do by itself for what extensions make.
//!
//! RustPython collects the youngest generation when a thread that runs Python code finds
//! that many objects have come. It has two weak spots, which a program of Python code alone
//! shows as well:
//!
//! - What has survived once is collected again only if somebody calls `gc.collect`. So cyclic
//!   garbage grows for ever that was still in use at the moment of a collection: a few
//!   objects each time.
//! - One thread collects while the others go on. If these make more garbage than the one can
//!   collect, there is more each time, without bound: 3 GB in 3 s with four threads that make
//!   instances of a Python class which refer to themselves.
//!
//! Extensions pass here now and then, by what they make and do, and [`relieve`] mends both as
//! far as they are involved: it collects older generations when they have grown, and lets a
//! thread wait while the collector is far behind.

use rustpython_vm::VirtualMachine;
use rustpython_vm::gc_state::gc_state;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Once in so many objects a thread that makes them passes here.
const OBJECTS: u32 = 1000;

/// The middle generation is collected when it has so many objects, and a quarter of the old.
const MIDDLE: usize = 20_000;

/// All are collected when the old generation has doubled and has so many more.
const OLD: usize = 50_000;

/// The collector is far behind when the youngest generation has so many times the objects
/// that it is to be collected at.
const FAR_BEHIND: usize = 20;

/// How long a thread waits for the collector before it looks again, and how often at most.
/// Afterwards it does not wait before the collector has caught up: it may be the
/// collector's own, in a finalizer.
const PAUSE: Duration = Duration::from_millis(2);
const PAUSES: u32 = 500;

thread_local! {
    /// How many objects this thread has made since it passed here.
    static MADE: Cell<u32> = const { Cell::new(0) };
    /// How often this thread has waited since the collector had caught up.
    static WAITED: Cell<u32> = const { Cell::new(0) };
}

/// The number of objects in the old generation at which all are collected next.
static NEXT_FULL: AtomicUsize = AtomicUsize::new(OLD);

/// Counts an object that an extension makes and the collector tracks. Whether it is time to
/// pass.
#[inline(always)]
pub fn count() -> bool {
    let made = MADE.get() + 1;
    MADE.set(made);
    made >= OBJECTS
}

/// Passes if it is time to.
#[inline]
pub fn relieve_if_due(vm: &VirtualMachine) {
    if MADE.get() >= OBJECTS {
        MADE.set(0);
        relieve(vm);
    }
}

/// Collects older generations if they have grown, and waits while the collector is far
/// behind. It may run finalizers.
pub fn relieve(vm: &VirtualMachine) {
    let (gc, counts) = (&vm.state.gc, || gc_state().get_count());
    let threshold = gc.get_threshold().0 as usize;
    if !gc.is_enabled() || threshold == 0 {
        return;
    }
    let (_, middle, old) = counts();
    if old >= NEXT_FULL.load(Ordering::Relaxed) {
        NEXT_FULL.store(usize::MAX, Ordering::Relaxed);
        gc.collect(2);
        NEXT_FULL.store(2 * counts().2 + OLD, Ordering::Relaxed);
    } else if middle >= MIDDLE && middle >= old / 4 {
        gc.collect(1);
    }
    let is_behind = || counts().0 > FAR_BEHIND * threshold;
    if !is_behind() {
        WAITED.set(0);
        return;
    }
    while is_behind() && WAITED.get() < PAUSES {
        WAITED.set(WAITED.get() + 1);
        // If nobody collects just now, this thread does.
        gc.collect(0);
        if is_behind() {
            vm.allow_threads(|| std::thread::sleep(PAUSE));
        }
    }
}
