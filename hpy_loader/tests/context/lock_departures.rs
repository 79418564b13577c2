//! The lock while the thread that has it runs what may be Python code.
//!
//! Everything here holds of a lock with a biased owner and of one without.

use hpy_loader::lock::Lock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::observer::Observer;
use toy_vm::Toy;

type Vm = Toy<true>;

/// Runs `test` on a lock whose biased owner is this thread, and on one that has none.
fn on_both(test: impl Fn(&'static Vm, &Lock)) {
    let vm = Vm::boot(Observer::default()).runtime();
    let lock = Lock::new();
    drop(lock.enter(vm));
    test(vm, &lock);
    let lock = Lock::new();
    drop(lock.enter(vm));
    std::thread::scope(|scope| {
        scope.spawn(|| drop(lock.enter(vm)));
    });
    test(vm, &lock);
}

/// Another thread comes in while this one does `work`, which ends when it has been in.
fn let_another_in(vm: &'static Vm, lock: &Lock, work: impl FnOnce(&AtomicBool)) {
    let been_in = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = lock.enter(vm);
            been_in.store(true, Ordering::SeqCst);
        });
        work(&been_in);
    });
    assert!(been_in.into_inner());
    assert!(!lock.is_held::<Vm>());
}

/// The time that Miri counts has nothing to do with how long something takes.
#[cfg(not(miri))]
#[test]
fn nobody_comes_between_when_a_thread_leaves_for_a_moment() {
    // So many that threads lose their turns in between, where others want the processors.
    const STEPS: usize = 100_000;
    const THREADS: usize = 3;
    on_both(|vm, lock| {
        let number = AtomicUsize::new(0);
        let work = || {
            for _ in 0..STEPS {
                let _entered = lock.enter(vm);
                let before = number.load(Ordering::Relaxed);
                drop(lock.leave(vm));
                {
                    // A finalizer, say, that is C code again and leaves in its turn.
                    let _left = lock.leave(vm);
                    assert!(!lock.is_held::<Vm>());
                    let again = lock.enter(vm);
                    assert!(again.is_outermost() && lock.is_held::<Vm>());
                    drop(lock.leave(vm));
                }
                drop(lock.leave(vm));
                number.store(before + 1, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..THREADS {
                scope.spawn(work);
            }
            work();
        });
        assert_eq!(number.into_inner(), STEPS * THREADS);
    });
}

#[test]
fn who_waits_for_another_loses_the_lock() {
    on_both(|vm, lock| {
        let entered = lock.enter(vm);
        let left = lock.leave(vm);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let _entered = lock.enter(vm);
                sender.send(()).expect("somebody waits");
            });
            receiver.recv().expect("the other thread came in");
        });
        drop(left);
        assert!(lock.is_held::<Vm>());
        drop(entered);
        assert!(!lock.is_held::<Vm>());
    });
}

#[test]
fn who_computes_for_long_loses_the_lock() {
    on_both(|vm, lock| {
        let_another_in(vm, lock, |been_in| {
            let _entered = lock.enter(vm);
            let _left = lock.leave(vm);
            while !been_in.load(Ordering::SeqCst) {
                std::hint::spin_loop();
            }
        });
    });
}

/// As C that calls Python for every element of a long list.
#[test]
fn who_leaves_for_moments_only_loses_the_lock_at_last() {
    on_both(|vm, lock| {
        let_another_in(vm, lock, |been_in| {
            let _entered = lock.enter(vm);
            while !been_in.load(Ordering::SeqCst) {
                drop(lock.leave(vm));
            }
        });
    });
}

/// A program that runs inside of C: all that it does with other extensions comes
/// from code that the lock has been left for.
#[test]
fn who_lives_inside_loses_the_lock() {
    on_both(|vm, lock| {
        let_another_in(vm, lock, |been_in| {
            let entered = lock.enter(vm);
            let left = lock.leave(vm);
            while !been_in.load(Ordering::SeqCst) {
                let again = lock.enter(vm);
                assert!(again.is_outermost() && lock.is_held::<Vm>());
                drop(lock.leave(vm));
                assert!(lock.is_held::<Vm>());
                drop(again);
                assert!(!lock.is_held::<Vm>());
            }
            drop(left);
            assert!(lock.is_held::<Vm>());
            drop(entered);
        });
    });
}

#[test]
fn who_gives_the_lock_up_has_to_take_it_again() {
    on_both(|vm, lock| {
        let entered = lock.enter(vm);
        // Inside of code that it has left the lock for.
        let left = lock.leave(vm);
        let again = lock.enter(vm);
        let given_up = lock.give_up_for(vm);
        assert!(!lock.is_held::<Vm>());
        std::thread::scope(|scope| {
            let other = scope.spawn(|| lock.enter(vm).is_outermost());
            assert!(other.join().expect("the other thread comes in"));
        });
        drop(given_up);
        assert!(lock.is_held::<Vm>());
        drop(again);
        assert!(!lock.is_held::<Vm>());
        drop(left);
        assert!(lock.is_held::<Vm>());
        drop(entered);
        assert!(!lock.is_held::<Vm>());
    });
}
