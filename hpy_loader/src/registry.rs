//! Things of the loader that C refers to by number: builders, trackers.
//!
//! C holds a key and not an address, so a key that is used again after its end,
//! or was made up, finds nothing instead of freed memory. A key is a place and the
//! generation that the place is in: odd while there is an entry, and counted up
//! when one comes and when it goes.

use std::cell::{Cell, RefCell};

/// A table of `T` under keys that are never 0 and never used twice.
pub(crate) struct Registry<T> {
    places: RefCell<Vec<RegistrySlot<T>>>,
    /// The place that was left last, of those that are empty.
    empty: Cell<Option<u32>>,
    /// An empty `T` that has memory.
    spare: Cell<Option<T>>,
}

struct RegistrySlot<T> {
    generation: u32,
    /// Of an empty place: the one that was left before.
    next: Option<u32>,
    entry: Option<T>,
}

/// The key of a place in a generation.
#[inline(always)]
fn key_of(place: u32, generation: u32) -> isize {
    (u64::from(place) | u64::from(generation) << 32).cast_signed() as isize
}

/// The place and the generation in a key.
#[inline(always)]
fn parts_of(key: isize) -> (usize, u32) {
    let key = key.cast_unsigned() as u64;
    (key as u32 as usize, (key >> 32) as u32)
}

impl<T> Registry<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            places: RefCell::default(),
            empty: Cell::new(None),
            spare: Cell::new(None),
        }
    }

    /// Adds an entry. The key's bits are those of an unsigned number.
    #[inline(always)]
    pub fn insert(&self, entry: T) -> isize {
        self.insert_with(|| entry)
    }

    /// Adds an entry that is made in its place, since it is slow to move what has just
    /// been written; `make` must not come back to this table.
    #[inline(always)]
    pub fn insert_with(&self, make: impl FnOnce() -> T) -> isize {
        let mut places = self.places.borrow_mut();
        let index = match self.empty.get() {
            Some(empty) => empty,
            None => {
                let index = Self::extend(&mut places);
                self.empty.set(Some(index));
                index
            }
        };
        let place = &mut places[index as usize];
        let entry = Some(make());
        // There is nothing to drop, which the compiler does not see.
        std::mem::forget(std::mem::replace(&mut place.entry, entry));
        self.empty.set(place.next);
        place.generation += 1;
        key_of(index, place.generation)
    }

    /// A new place, empty. Apart from the entry, which is best never moved.
    #[cold]
    #[inline(never)]
    fn extend(places: &mut Vec<RegistrySlot<T>>) -> u32 {
        let index = u32::try_from(places.len()).expect("memory ends before");
        places.push(RegistrySlot {
            generation: 0,
            next: None,
            entry: None,
        });
        index
    }

    /// Works on an entry; `operation` must not come back to this table.
    #[inline(always)]
    pub fn with<U>(&self, key: isize, operation: impl FnOnce(&mut T) -> U) -> Option<U> {
        let (index, generation) = parts_of(key);
        // Never borrowed here; the compiler need not know what happens if it were.
        let mut places = self.places.try_borrow_mut().ok()?;
        let place = places.get_mut(index)?;
        if place.generation != generation {
            return None;
        }
        // An empty place of that generation has no entry.
        place.entry.as_mut().map(operation)
    }

    /// Whether there is such an entry.
    pub fn contains(&self, key: isize) -> bool {
        self.with(key, |_| ()).is_some()
    }

    /// Looks at every entry; `look` must not come back to this table.
    pub fn for_each(&self, look: impl FnMut(&T)) {
        let places = self.places.borrow();
        places
            .iter()
            .filter_map(|place| place.entry.as_ref())
            .for_each(look);
    }

    /// What [`keep_spare`](Self::keep_spare) has kept.
    #[inline(always)]
    pub fn spare(&self) -> Option<T> {
        self.spare.take()
    }

    /// Keeps an entry that was taken out and emptied, so that the next one needs no
    /// memory of its own.
    #[inline(always)]
    pub fn keep_spare(&self, entry: T) {
        self.spare.set(Some(entry));
    }

    /// Takes an entry out.
    #[inline(always)]
    pub fn remove(&self, key: isize) -> Option<T> {
        self.leave(key, Option::take)
    }

    /// Takes out of an entry what there is in it, if `take` gives something: then the
    /// entry is gone, and must own nothing any more.
    #[inline(always)]
    pub fn remove_with<U>(&self, key: isize, take: impl FnOnce(&mut T) -> Option<U>) -> Option<U> {
        self.leave(key, |entry| {
            let taken = take(entry.as_mut()?)?;
            std::mem::forget(entry.take());
            Some(taken)
        })
    }

    /// Makes the entry's place an empty one if `take` gives something.
    #[inline(always)]
    fn leave<U>(&self, key: isize, take: impl FnOnce(&mut Option<T>) -> Option<U>) -> Option<U> {
        let (index, generation) = parts_of(key);
        let mut places = self.places.borrow_mut();
        let place = places.get_mut(index)?;
        if place.generation != generation {
            return None;
        }
        let taken = take(&mut place.entry)?;
        // A place whose generations have been used up is left alone for good.
        if place.generation < u32::MAX {
            place.generation += 1;
            place.next = self.empty.replace(Some(index as u32));
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_finds_its_entry_and_nothing_afterwards() {
        let registry = Registry::new();
        let (first, second) = (registry.insert("first"), registry.insert("second"));
        assert_eq!(registry.with(first, |entry| *entry), Some("first"));
        assert_eq!(registry.remove(first), Some("first"));
        let third = registry.insert("third");
        for gone in [first, 0, 1, -1, first + 2, second + 2, isize::MAX] {
            assert!(!registry.contains(gone) && registry.remove(gone).is_none());
        }
        assert_eq!(registry.remove(third), Some("third"));
        assert_eq!(registry.remove(second), Some("second"));
        assert_eq!(registry.places.borrow().len(), 2, "places are used again");
    }

    #[test]
    fn a_key_of_an_empty_place_finds_nothing() {
        let registry = Registry::new();
        let key = registry.insert(());
        assert!(registry.remove(key).is_some());
        let empty = key_of(0, 2);
        assert!(!registry.contains(empty) && registry.remove(empty).is_none());
    }

    #[test]
    fn no_key_comes_twice() {
        let registry = Registry::new();
        let key = registry.insert(1);
        registry.places.borrow_mut()[0].generation = u32::MAX;
        let last = key_of(0, u32::MAX);
        assert_eq!(registry.remove(last), Some(1));
        assert!(!registry.contains(key) && !registry.contains(last));
        let next = registry.insert(2);
        assert_eq!(parts_of(next).0, 1, "the first place is used up");
        assert_eq!(registry.remove(next), Some(2));
    }
}
