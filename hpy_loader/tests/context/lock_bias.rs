//! The lock while it changes from its biased owner to the mutex.
//!
//! The change happens once in the life of a lock, so there are many locks here.

use std::cell::UnsafeCell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use hpy_loader::lock::Lock;

use crate::observer::{Observed, Observer};
use toy_vm::Toy;

const LOCKS: usize = if cfg!(miri) { 5 } else { 300 };
const VISITS: usize = if cfg!(miri) { 10 } else { 300 };
const OTHERS: usize = 2;

/// A number that is not atomic: it is only right if one thread at a time adds.
struct Number(UnsafeCell<usize>);

// SAFETY: that the lock makes this true is what the test is about.
unsafe impl Sync for Number {}

impl Number {
    fn add(&self) {
        // SAFETY: as above.
        unsafe {
            let before = self.0.get().read_volatile();
            std::hint::spin_loop();
            self.0.get().write_volatile(before + 1);
        }
    }
}

#[test]
fn only_one_thread_is_inside_while_the_biased_owner_loses_its_place() {
    let vm = Toy::<true>::boot(Observer::default()).runtime();
    for _ in 0..LOCKS {
        let (lock, number) = (Lock::new(), Number(UnsafeCell::new(0)));
        let barrier = Barrier::new(OTHERS + 1);
        let work = || {
            for _ in 0..VISITS {
                let entered = lock.enter(vm);
                assert!(entered.is_outermost() && lock.is_held::<Toy<true>>());
                number.add();
                // As around an operation that may run Python code.
                drop(lock.leave(vm));
                number.add();
                drop(lock.enter(vm));
                drop(entered);
                assert!(!lock.is_held::<Toy<true>>());
            }
        };
        // The first thread that comes becomes the biased owner.
        drop(lock.enter(vm));
        std::thread::scope(|scope| {
            for _ in 0..OTHERS {
                scope.spawn(|| {
                    barrier.wait();
                    work();
                });
            }
            barrier.wait();
            work();
        });
        assert_eq!(number.0.into_inner(), 2 * VISITS * (OTHERS + 1));
    }
}

#[test]
fn a_second_thread_waits_for_a_biased_owner_inside() {
    let vm = Toy::<true>::boot(Observer::default()).runtime();
    let (lock, left) = (Lock::new(), AtomicBool::new(false));
    let entered = lock.enter(vm);
    let waits = vm.waits();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = lock.enter(vm);
            assert!(
                left.load(Ordering::SeqCst),
                "the biased owner is still inside"
            );
        });
        // Waiting is the VM's business, so that it can stop the world meanwhile.
        while vm.waits() == waits {
            std::thread::yield_now();
        }
        left.store(true, Ordering::SeqCst);
        drop(entered);
    });
    // From now on it has the mutex like everybody else.
    let entered = lock.enter(vm);
    assert!(lock.is_held::<Toy<true>>());
    drop(entered);
    assert!(!lock.is_held::<Toy<true>>());
}
