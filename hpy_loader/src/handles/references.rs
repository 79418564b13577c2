//! Counting references: duplicating, closing and consuming handles.

use super::outcome::{Closed, Released, Stale};
use super::pin::Pin;
use super::raw_handle::RawHandle;
use super::slot::{BORROWED, IMMORTAL, IN_GLOBAL, MAX_IMBALANCE, Slot};
use super::table::HandleTable;

impl<O> HandleTable<O> {
    /// One reference more to the same handle. `HPy_NULL` and immediates need
    /// none. After 2^32 - 2 of them the handle is immortal. A handle
    /// whose close is deferred is open again.
    ///
    /// # Errors
    /// The word names a slot but is not open.
    #[inline]
    pub fn dup(&self, word: RawHandle) -> Result<RawHandle, Stale> {
        match self.lookup(word) {
            Some(slot) => slot.add_ref(),
            None if word.is_slot() => {
                self.refuse_use(word);
                return Err(Stale);
            }
            None => {}
        }
        Ok(word)
    }

    /// [`close`](Self::close) where nothing can die: of several references one
    /// goes, or the word needs none. Otherwise nothing happens, and the answer is
    /// `false`.
    #[inline]
    pub fn try_close(&self, word: RawHandle) -> bool {
        match self.lookup(word) {
            Some(slot) => slot.try_sub_ref().is_some_and(|left| left > 0),
            None => !word.is_slot(),
        }
    }

    /// Gives up one reference, and drops the object if it was the last one.
    #[inline]
    pub fn close(&self, word: RawHandle) -> Closed {
        self.release(word).map(drop)
    }

    /// Gives up one reference, and hands out the object if it was the last one.
    ///
    /// For callers that must not run a destructor where they stand.
    #[inline]
    pub fn release(&self, word: RawHandle) -> Released<O> {
        let Some(slot) = self.lookup(word) else {
            return self.refuse_close(word);
        };
        match slot.try_sub_ref() {
            Some(0) => self
                .free_now(slot)
                .map_or(Released::Deferred, Released::Freed),
            Some(_) => Released::StillOpen,
            None if slot.refs() == 0 => self.refuse_close(word),
            None => {
                self.count(|counters| &mut counters.immortal_closes);
                Released::Immortal
            }
        }
    }

    /// Ends an [`open_borrowed`](Self::open_borrowed): takes away the table's own reference and
    /// counts what C has closed beyond its own ones. If C has references left,
    /// the handle is an ordinary one from now on. Once for a borrowed handle. The
    /// references to any other handle are not the table's to take away, so nothing happens.
    #[inline]
    pub fn end_borrow(&self, word: RawHandle) -> Released<O> {
        self.end_borrow_from(BORROWED, word)
    }

    /// The same for an [`open_in_global`](Self::open_in_global).
    #[inline]
    pub fn end_in_global(&self, word: RawHandle) -> Released<O> {
        self.end_borrow_from(IN_GLOBAL, word)
    }

    /// Ends a borrow whose use count has started at `start`.
    #[inline]
    fn end_borrow_from(&self, start: u32, word: RawHandle) -> Released<O> {
        let Some(slot) = self.lookup(word) else {
            return self.refuse_close(word);
        };
        let refs = slot.refs();
        if refs == IMMORTAL {
            return Released::Immortal;
        }
        if refs.abs_diff(start) > MAX_IMBALANCE {
            return self.refuse_close(word);
        }
        if refs > start {
            slot.set_refs(refs - start);
            return Released::StillOpen;
        }
        if refs < start {
            self.count_many(start - refs, |counters| &mut counters.stale_closes);
        }
        self.free_now(slot)
            .map_or(Released::Deferred, Released::Freed)
    }

    /// Whether an [`open_borrowed`](Self::open_borrowed) is all that keeps the handle open:
    /// C has made no duplicate of it, and nobody uses the object just now.
    pub fn is_only_borrowed(&self, word: RawHandle) -> bool {
        self.lookup(word)
            .is_some_and(|slot| slot.refs() <= BORROWED && !slot.is_pinned())
    }

    /// Ends an [`open_borrowed`](Self::open_borrowed) and hands out the object, which is
    /// cloned if C has made references or somebody pins it. `None` for a word that is no
    /// open handle.
    #[inline]
    pub(crate) fn take_borrowed_with(
        &self,
        word: RawHandle,
        clone: impl FnOnce(&O) -> O,
    ) -> Option<O> {
        let slot = self.lookup(word)?;
        if slot.refs() == BORROWED && !slot.is_pinned() {
            return self.free_now(slot);
        }
        let object = clone(&Pin::new(self, slot));
        // Another root of the same object: its end runs nothing.
        drop(self.end_borrow(word));
        Some(object)
    }

    /// [`end_borrow`](Self::end_borrow) of a word that [`open_borrowed`](Self::open_borrowed) of this table
    /// has given. The object if that was the end of it.
    #[inline(always)]
    pub(super) fn end_own_borrow(&self, word: RawHandle) -> Option<O> {
        if let Some(slot) = self.own_slot(word)
            && slot.refs() == BORROWED
        {
            return self.free_now(slot);
        }
        self.end_unusual_borrow(word)
    }

    /// C has duplicates of it, or has closed it too often.
    #[cold]
    #[inline(never)]
    fn end_unusual_borrow(&self, word: RawHandle) -> Option<O> {
        self.end_borrow(word).freed()
    }

    /// Ends an [`open_in_global`](Self::open_in_global) and starts one for `object` in its place, which
    /// costs less than both. Gives the new handle and the old object.
    ///
    /// # Errors
    /// Gives `object` back, and nothing has happened, if the handle is in no global,
    /// C has made duplicates of it, or its slot has no further generation.
    #[inline]
    pub fn replace_in_global(&self, word: RawHandle, object: O) -> Result<(RawHandle, O), O> {
        match self.lookup(word) {
            Some(slot)
                if slot.refs() == IN_GLOBAL && !slot.is_pinned() && !slot.is_last_round() =>
            {
                let next = RawHandle::slot(word.index(), slot.start_round());
                // SAFETY: nothing refers to the object: pins there are none, and
                // the contract of `get` forbids this while its reference is used.
                Ok((next, unsafe { slot.replace(object) }))
            }
            _ => Err(object),
        }
    }

    /// Ends an [`open_borrowed`](Self::open_borrowed) of this table together with the one reference that
    /// C has made and now gives away, and hands out the object. None, and nothing
    /// happens, unless exactly this is what there is.
    #[inline(always)]
    pub(super) fn end_borrow_of_result(&self, word: RawHandle) -> Option<O> {
        let slot = self.own_slot(word)?;
        if slot.refs() != BORROWED + 1 || slot.is_pinned() {
            return None;
        }
        self.free_now(slot)
    }

    /// Consumes one reference and gives an object for it, as for the result of
    /// a C function. The last reference moves the object out; otherwise it is
    /// cloned. `None` for a word that is no open handle.
    #[inline]
    pub fn take(&self, word: RawHandle) -> Option<O>
    where
        O: Clone,
    {
        self.take_with(word, O::clone)
    }

    /// [`take`](Self::take) with a cloning of the caller's own. If `clone`
    /// panics, the reference has not been consumed.
    #[inline(always)]
    pub fn take_with(&self, word: RawHandle, clone: impl FnOnce(&O) -> O) -> Option<O> {
        let Some(slot) = self.lookup(word) else {
            self.refuse_use(word);
            return None;
        };
        if slot.refs() == 1 && !slot.is_pinned() {
            return self.free_now(slot);
        }
        if slot.refs() == IMMORTAL {
            // SAFETY: nothing frees a slot whose use count is at the top, and
            // the count stays there.
            return Some(clone(unsafe { slot.object() }));
        }
        self.take_clone(slot, word, clone)
    }

    /// [`take_with`](Self::take_with) of a handle that stays.
    #[inline(never)]
    fn take_clone(
        &self,
        slot: &Slot<O>,
        word: RawHandle,
        clone: impl FnOnce(&O) -> O,
    ) -> Option<O> {
        let root = Pin::new(self, slot);
        let object = clone(&root);
        if slot.refs() == 0 {
            // Its close is deferred: there is no reference to consume.
            self.count(|counters| &mut counters.stale_uses);
            return Some(object);
        }
        // `clone` may have closed the handle, hence by word: were that so, this
        // is one close too many, to be ignored and counted.
        self.close(word);
        Some(object)
    }

    /// Closes a slot whatever its use count; the object unless it is pinned.
    #[inline]
    pub(super) fn free_now(&self, slot: &Slot<O>) -> Option<O> {
        if slot.close() {
            // SAFETY: `close` has just returned `true`. References come from
            // pins, of which there is none, or from `get`, whose contract
            // forbids this call while they are in use.
            Some(unsafe { self.reclaim(slot) })
        } else {
            None
        }
    }

    #[inline]
    pub(super) fn refuse_close(&self, word: RawHandle) -> Released<O> {
        if word.is_slot() {
            self.count(|counters| &mut counters.stale_closes);
            Released::Stale
        } else {
            Released::NoSlot
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_handle_in_a_global_goes_on_with_another_object() {
        let table = HandleTable::with_capacity(10).expect("small");
        let (first, second) = (Rc::new(1), Rc::new(2));
        let word = table.open_in_global(Rc::clone(&first)).expect("room");
        let closed = word;
        let (word, old) = table
            .replace_in_global(word, Rc::clone(&second))
            .expect("C has none");
        assert!(old == first && !table.is_open(closed));
        assert_eq!(table.pin(word).as_deref(), Some(&second));
        // A handle that C has must go on naming what it named.
        let other = Rc::new(3);
        assert_eq!(table.dup(word), Ok(word));
        assert_eq!(
            table.replace_in_global(word, Rc::clone(&other)),
            Err(Rc::clone(&other))
        );
        assert_eq!(table.close(word), Closed::StillOpen);
        let pin = table.pin(word).expect("open");
        assert_eq!(
            table.replace_in_global(word, Rc::clone(&other)),
            Err(Rc::clone(&other))
        );
        drop(pin);
        let owned = table.open(other).expect("room");
        assert_eq!(table.replace_in_global(owned, Rc::new(4)), Err(Rc::new(4)));
        assert_eq!(table.end_in_global(word), Released::Freed(second));
    }

    #[test]
    fn only_a_borrow_of_its_kind_can_be_ended() {
        let table = HandleTable::with_capacity(10).expect("small");
        let owned = table.open(Rc::new(1)).expect("room");
        assert_eq!(table.dup(owned), Ok(owned));
        assert_eq!(table.end_borrow(owned), Released::Stale);
        assert_eq!(table.end_in_global(owned), Released::Stale);
        let borrowed = table.open_borrowed(Rc::new(2)).expect("room");
        for _ in 0..1000 {
            assert_eq!(table.close(borrowed), Closed::StillOpen);
        }
        assert_eq!(table.end_in_global(borrowed), Released::Stale);
        assert!(table.replace_in_global(borrowed, Rc::new(3)).is_err());
        assert!(table.end_borrow(borrowed).freed().is_some());
        let global = table.open_in_global(Rc::new(4)).expect("room");
        assert_eq!(table.end_borrow(global), Released::Stale);
        assert!(table.end_in_global(global).freed().is_some());
        assert_eq!(table.pin(owned).as_deref(), Some(&Rc::new(1)));
        assert_eq!(table.close(owned), Closed::StillOpen);
        assert_eq!(table.close(owned), Closed::Freed(()));
    }

    #[test]
    fn a_use_count_at_the_top_makes_the_handle_immortal() {
        let table = HandleTable::with_capacity(10).expect("small");
        let object = Rc::new(());
        let word = table.open(Rc::clone(&object)).expect("room");
        table.lookup(word).expect("open").set_refs(IMMORTAL - 1);
        assert_eq!(table.close(word), Closed::StillOpen);
        assert_eq!(table.dup(word), Ok(word));
        assert_eq!(table.dup(word), Ok(word), "the count is at the top now");
        for _ in 0..3 {
            assert_eq!(table.close(word), Closed::Immortal);
        }
        assert_eq!(table.take(word).as_ref(), Some(&object));
        assert!(table.is_open(word));
        drop(table);
        assert_eq!(Rc::strong_count(&object), 1);
    }

    #[test]
    fn a_slot_without_a_further_generation_is_retired() {
        let table = HandleTable::with_capacity(10).expect("small");
        let kept = table.open(Rc::new(1)).expect("room");
        let slot = table.lookup(kept).expect("open");
        assert_eq!(table.close(kept), Closed::Freed(()));
        slot.age(u32::MAX >> 12 & !1);
        let last = table.open_in_global(Rc::new(2)).expect("room");
        assert_eq!(last.index(), kept.index());
        assert!(last != kept && table.pin(kept).is_none());
        assert!(table.replace_in_global(last, Rc::new(3)).is_err());
        assert!(table.end_in_global(last).freed().is_some());
        for round in 0..3 {
            let present = table.open(Rc::new(round)).expect("room");
            assert_ne!(present.index(), kept.index());
            assert!(table.pin(kept).is_none() && table.pin(last).is_none());
            assert_eq!(table.close(present), Closed::Freed(()));
        }
        assert_eq!(table.open_count(), 0);
    }

    #[test]
    fn the_last_reference_moves_out_and_others_are_cloned() {
        let table = HandleTable::with_capacity(10).expect("small");
        let word = table.open(Rc::new(1)).expect("room");
        assert_eq!(table.dup(word), Ok(word));
        let cloned = table.take(word).expect("open");
        assert_eq!(Rc::strong_count(&cloned), 2);
        let moved = table.take_with(word, |_| unreachable!("the last one moves"));
        assert_eq!(Rc::strong_count(&moved.expect("open")), 2);
        assert_eq!(table.take(word), None);
    }
}
