//! What undoes an entering or a leaving when it goes.

use super::Lock;
use crate::runtime::Roots;
use std::sync::atomic::Ordering;

/// Extension code may run while this lives.
#[must_use]
pub struct Entered<'a> {
    pub(super) lock: Option<&'a Lock>,
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
pub(super) struct Departure {
    /// What it has written into [`Lock::owner`], or 0 if it has given the lock up.
    pub(super) mark: usize,
    /// What [`Lock::outer_owner`] was.
    pub(super) outer_owner: usize,
}

impl Departure {
    pub(super) const GIVEN_UP: Self = Self {
        mark: 0,
        outer_owner: 0,
    };
}

/// Other threads may come to run extension code while this lives.
#[must_use]
pub struct Left<'a, R: Roots> {
    pub(super) lock: &'a Lock,
    pub(super) runtime: &'a R,
    pub(super) departure: Option<Departure>,
}

impl<R: Roots> Drop for Left<'_, R> {
    #[inline]
    fn drop(&mut self) {
        let Some(Departure { mark, outer_owner }) = self.departure else {
            return;
        };
        if mark != 0 && self.lock.come_back(mark) {
            self.lock.outer_owner.store(outer_owner, Ordering::Relaxed);
        } else {
            self.lock.acquire(self.runtime);
        }
    }
}
