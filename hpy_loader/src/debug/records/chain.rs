//! Records in a queue.

use super::Entry;
use std::cell::Cell;

/// Records one after the other. They are named by index, and each names the next.
#[derive(Debug, Default)]
pub(super) struct Chain {
    first: Cell<u32>,
    last: Cell<u32>,
    length: Cell<u32>,
}

impl Chain {
    #[inline(always)]
    pub fn length(&self) -> u32 {
        self.length.get()
    }

    /// The first one, if there is one.
    #[inline(always)]
    pub fn first(&self) -> u32 {
        self.first.get()
    }

    /// Appends the record at `index`; `entry` finds others.
    #[inline(always)]
    pub fn push<'a>(&self, index: u32, entry: impl FnOnce(u32) -> &'a Entry) {
        let length = self.length.get();
        match length {
            0 => self.first.set(index),
            _ => entry(self.last.get()).next.set(index),
        }
        self.last.set(index);
        self.length.set(length + 1);
    }

    /// Takes the first record away, which is `entry`; there is one.
    #[inline(always)]
    pub fn pop(&self, entry: &Entry) {
        self.first.set(entry.next.get());
        self.length.set(self.length.get() - 1);
    }

    /// The indices, the first one first.
    pub fn indices<'a>(&self, entry: impl Fn(u32) -> &'a Entry) -> impl Iterator<Item = u32> {
        let next = move |&index: &u32| Some(entry(index).next.get());
        std::iter::successors(Some(self.first.get()), next).take(self.length.get() as usize)
    }
}
