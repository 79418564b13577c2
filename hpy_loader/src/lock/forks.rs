//! The lock in a process that was forked.
//!
//! There is one thread there, the one that has forked. Whoever else held the lock, had left
//! it or waited for it is gone, and so the lock would never be free. A VM forks when its
//! other threads stand still, outside of the loader's own steps, so all that is to be mended
//! is the lock itself.

use super::{BIASED, Lock, THREAD};
use crate::platform::threads::{current as current_thread, in_forked_processes};
use parking_lot::Mutex;
use std::sync::atomic::Ordering;

/// The locks that are mended.
static LOCKS: std::sync::Mutex<Vec<&'static Lock>> = std::sync::Mutex::new(Vec::new());

impl Lock {
    /// Has the lock mended in every process that is forked from this one.
    pub(crate) fn survive_forks(&'static self) {
        if let Ok(mut locks) = LOCKS.lock() {
            locks.push(self);
        }
        in_forked_processes(|| {
            // Nobody else is there, and who forks does not have it.
            if let Ok(locks) = LOCKS.try_lock() {
                locks.iter().for_each(|lock| lock.start_alone());
            }
        });
    }

    /// Forgets all other threads. This is the only one.
    fn start_alone(&self) {
        let thread = current_thread();
        self.biased_owner.forget_others(thread);
        let owner = self.owner.load(Ordering::Relaxed);
        let is_own = owner & THREAD == thread;
        if !is_own {
            self.owner.store(0, Ordering::Relaxed);
            self.outer_owner.store(0, Ordering::Relaxed);
        }
        // It may be locked by a thread that is gone, or have those in its queue.
        let mutex = Mutex::new(());
        if is_own && owner & BIASED == 0 {
            if let Some(guard) = mutex.try_lock() {
                std::mem::forget(guard);
            }
            self.holder.set_current();
        }
        // SAFETY: no other thread is there, and this one has no guard. A mutex is a cell
        // all through, so a shared reference to it lets it change.
        unsafe { (&raw const self.mutex).cast_mut().write(mutex) };
    }
}
