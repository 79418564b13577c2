//! Things of the loader that C refers to by number: builders, trackers.
//!
//! C holds a key and not an address, so a key that is used again after its end,
//! or was made up, finds nothing instead of freed memory.

use slotmap::{DefaultKey, Key, KeyData, SlotMap};
use std::cell::{Cell, RefCell};

/// A table of `T` under keys that are never 0 and never used twice.
pub(crate) struct Registry<T> {
    entries: RefCell<SlotMap<DefaultKey, T>>,
    /// An empty `T` that has memory.
    spare: Cell<Option<T>>,
}

impl<T> Registry<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            entries: RefCell::default(),
            spare: Cell::new(None),
        }
    }

    /// Adds an entry. The key's bits are those of an unsigned number.
    #[inline]
    pub fn insert(&self, entry: T) -> isize {
        let key = self.entries.borrow_mut().insert(entry);
        (key.data().as_ffi() as usize).cast_signed()
    }

    fn key(key: isize) -> DefaultKey {
        KeyData::from_ffi(key.cast_unsigned() as u64).into()
    }

    /// Whether there is such an entry.
    pub fn contains(&self, key: isize) -> bool {
        self.entries.borrow().contains_key(Self::key(key))
    }

    /// Works on an entry; `operation` must not come back to this table.
    #[inline]
    pub fn with<U>(&self, key: isize, operation: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.entries
            .borrow_mut()
            .get_mut(Self::key(key))
            .map(operation)
    }

    /// What [`keep_spare`](Self::keep_spare) has kept.
    #[inline]
    pub fn spare(&self) -> Option<T> {
        self.spare.take()
    }

    /// Keeps an entry that was taken out and emptied, so that the next one needs no
    /// memory of its own.
    #[inline]
    pub fn keep_spare(&self, entry: T) {
        self.spare.set(Some(entry));
    }

    /// Takes an entry out.
    #[inline]
    pub fn remove(&self, key: isize) -> Option<T> {
        self.entries.borrow_mut().remove(Self::key(key))
    }
}
