//! The slots of a table that has one for every word.

use std::ptr::NonNull;

use super::deferred_close::LastReference;
use super::raw_handle::RawHandle;
use super::reservation::Reservation;
use super::slot::Slot;
use super::table::HandleTable;

/// The slots of a [`HandleTable`](super::HandleTable) that is as large as a table
/// can be, so that whatever index a word has is in bounds.
///
/// This is what the frequent operations need of a table, without a detour by the
/// table: a pointer that they can have at hand. They do the frequent case and
/// nothing else; in all others the answer is `None` or `false`, nothing has
/// happened, and the table is the one to ask.
pub struct FullRangeTable<O> {
    base: NonNull<Slot<O>>,
    /// Miri's tables are small.
    #[cfg(miri)]
    slots: u32,
}

impl<O> FullRangeTable<O> {
    /// None for a table that had to be smaller.
    pub(super) fn new(slots: &Reservation<Slot<O>>, all: u32) -> Option<Self> {
        (slots.slots() == all).then(|| Self {
            base: slots.base(),
            #[cfg(miri)]
            slots: all,
        })
    }

    /// The slot with the word's index, whatever the word is. Not for numbers: their
    /// bits would lead all over the table, whose memory is untouched there.
    #[inline(always)]
    fn slot(&self, word: RawHandle) -> &Slot<O> {
        let offset = word.index_bytes(size_of::<Slot<O>>()) as usize;
        #[cfg(miri)]
        let offset = offset % (self.slots as usize * size_of::<Slot<O>>());
        // SAFETY: there are slots for all indices, each of them memory that is a
        // slot from the start (zeros are), and the table lives as long as this is
        // used, which is the contract of `HandleTable::full_range`.
        unsafe { self.base.byte_add(offset).as_ref() }
    }

    /// The slot with an index of the table's.
    #[inline(always)]
    fn slot_at(&self, index: u32) -> &Slot<O> {
        // SAFETY: as in `slot`; the table has given the index.
        unsafe { self.base.add(index as usize).as_ref() }
    }

    /// Whether a word that is no number has the slot's generation.
    #[inline(always)]
    fn answers(slot: &Slot<O>, word: RawHandle) -> bool {
        if cfg!(hpy_loader_unchecked_handles) {
            word.is_slot()
        } else {
            slot.answers_to_slot(word)
        }
    }

    /// The object of an open handle.
    ///
    /// # Safety
    ///
    /// As for [`HandleTable::get`](super::HandleTable::get).
    #[inline(always)]
    pub unsafe fn peek(&self, word: RawHandle) -> Option<&O> {
        if word.is_number() {
            return None;
        }
        let slot = self.slot(word);
        let is_open = Self::answers(slot, word) && word.can_be_open();
        // SAFETY: an open slot is occupied, and stays so by the contract.
        is_open.then(|| unsafe { slot.object() })
    }

    /// [`HandleTable::dup`](super::HandleTable::dup) of a handle that is open or
    /// needs no reference.
    #[inline(always)]
    pub fn try_dup(&self, word: RawHandle) -> Option<RawHandle> {
        if word.is_number() {
            return Some(word);
        }
        let slot = self.slot(word);
        if Self::answers(slot, word) {
            // Slots that are not open have no references, whatever the word.
            if slot.refs() == 0 {
                return None;
            }
            slot.add_ref();
            return Some(word);
        }
        word.is_null().then_some(word)
    }

    /// [`HandleTable::revive`] in `table`, whose slots these are, as far as that is quick.
    #[inline(always)]
    pub fn revive<'t>(&'t self, table: &'t HandleTable<O>, object: &O) -> Option<RawHandle> {
        table.revive_recent(object, |index| self.slot_at(index))
    }

    /// [`HandleTable::close`](super::HandleTable::close): of several references
    /// one goes, or the word needs none.
    ///
    /// # Errors
    ///
    /// For what is left to do: the last reference, for
    /// [`HandleTable::close_last_deferred`](super::HandleTable::close_last_deferred), or `None` for
    /// a handle that is not open or is never closed.
    #[inline(always)]
    pub fn try_close(&self, word: RawHandle) -> Result<(), Option<LastReference<'_, O>>> {
        if word.is_number() {
            return Ok(());
        }
        let slot = self.slot(word);
        if !Self::answers(slot, word) {
            return if word.is_null() { Ok(()) } else { Err(None) };
        }
        match slot.try_sub_ref() {
            Some(0) => Err(Some(LastReference { slot, word })),
            Some(_) => Ok(()),
            // Slots that are not open have no references, whatever the word.
            None => Err(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use crate::handles::{HandleTable, RawHandle};
    use crate::platform::pages::page_faults;

    #[test]
    fn what_is_tried_happens_or_changes_nothing() {
        let table = HandleTable::new().expect("address space");
        // SAFETY: the table outlives its slots.
        let slots = unsafe { table.full_range() }.expect("no limit here");
        let word = table.open(Rc::new(())).expect("room");
        assert!(matches!(slots.try_close(word), Err(Some(_))));
        assert_eq!(slots.try_dup(word), Some(word));
        assert!(slots.try_close(word).is_ok() && table.is_open(word));
        table.close_deferred(word, |_| true, |_| panic!("it is kept"));
        assert_eq!(slots.try_dup(word), None, "its close is deferred");
        assert!(matches!(slots.try_close(word), Err(None)));
        let immortal = table.open_immortal(Rc::new(())).expect("room");
        assert_eq!(slots.try_dup(immortal), Some(immortal));
        assert!(
            matches!(slots.try_close(immortal), Err(None)),
            "to be counted"
        );
        let number = RawHandle::from_i64(7).expect("small");
        for word in [RawHandle::NULL, number] {
            assert!(slots.try_close(word).is_ok());
            assert_eq!(slots.try_dup(word), Some(word));
        }
        assert_eq!(table.counters().stale_closes, 0, "nothing is counted");
    }

    #[test]
    fn no_word_reaches_a_slot_that_is_not_open() {
        let table = HandleTable::new().expect("address space");
        // SAFETY: as above.
        let slots = unsafe { table.full_range() }.expect("no limit here");
        let open = table.open(Rc::new(1)).expect("room");
        let closed = table.open(Rc::new(2)).expect("room");
        table.close(closed);
        let pinned = table.open(Rc::new(3)).expect("room");
        let pin = table.pin(pinned).expect("open");
        table.close(pinned);
        let last = RawHandle::from_bits(isize::MAX >> 15);
        assert!(last.is_slot());
        let mut words = vec![
            RawHandle::NULL,
            last,
            RawHandle::from_bits(1),
            RawHandle::from_bits(-1),
        ];
        for word in [open, closed, pinned] {
            for generation in 0..8 {
                let index = word.bits() & ((1 << 28) - 1);
                words.push(RawHandle::from_bits(index | generation << 28));
                // Immediates, and slots with more generation than there is.
                words.push(RawHandle::from_bits(
                    index | 1 << 28 | 1 << (48 + generation),
                ));
            }
        }
        for word in words.into_iter().filter(|&word| word != open) {
            // SAFETY: nothing is closed meanwhile.
            assert!(unsafe { slots.peek(word) }.is_none(), "{word:?}");
            assert_eq!(slots.try_dup(word).is_some(), !word.is_slot(), "{word:?}");
            assert_eq!(slots.try_close(word).is_ok(), !word.is_slot(), "{word:?}");
        }
        // SAFETY: as above.
        assert_eq!(unsafe { slots.peek(open) }, Some(&Rc::new(1)));
        drop(pin);
    }

    /// Numbers have any bits where slots have their index.
    #[test]
    #[cfg_attr(miri, ignore = "looks at real memory")]
    fn numbers_touch_no_memory() {
        let table = HandleTable::<Rc<()>>::new().expect("address space");
        // SAFETY: the table outlives its slots.
        let slots = unsafe { table.full_range() }.expect("no limit here");
        let before = page_faults();
        for number in 0..10_000_i64 {
            // Each of another page, and with the bit that open slots have.
            let number = RawHandle::from_i64(number << 12 | 1 << 28).expect("small");
            assert!(slots.try_close(number).is_ok());
            assert_eq!(slots.try_dup(number), Some(number));
            // SAFETY: nothing is closed meanwhile.
            assert!(unsafe { slots.peek(number) }.is_none());
        }
        assert!(page_faults() - before < 1000);
    }
}
