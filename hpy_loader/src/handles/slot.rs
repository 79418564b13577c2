//! One slot: sixteen bytes that are either an object or a link of the free chain.
//!
//! ```text
//! object or next free   8 bytes
//! use count             4 bytes   references that C holds; 0 unless open
//! meta                  4 bytes   generation (20 bits) | pins (12 bits)
//! ```
//!
//! The generation is on top. It wraps by itself, and a slot whose generation has wrapped is
//! retired: it is never opened again, so no word ever names two objects.
//!
//! The meta word tells the three states apart:
//!
//! | generation | pins | state                                                |
//! |------------|------|------------------------------------------------------|
//! | odd        | any  | open: words with this generation are valid; with a    |
//! |            |      | use count of 0 its close is deferred (see the table)    |
//! | even       | > 0  | closed, but pinned: no word is valid, the object lives |
//! | even       | 0    | free: there is no object, the slot is in the chain   |
//!
//! Memory full of zeros is a free slot of generation 0.
//!
//! Everything is behind cells and all methods take `&self`: while one operation
//! looks at a slot, an object's destructor may run another one on it.

use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;

use super::raw_handle::{GENERATION_BITS, RawHandle};

/// The use count that is never counted down.
pub(super) const IMMORTAL: u32 = u32::MAX;

/// The use count that a borrowed handle starts with: halfway to nowhere, so that neither
/// surplus closes nor duplicates of C's reach an end of the scale.
pub(super) const BORROWED: u32 = 1 << 30;

/// The same for a handle in a global, which nothing but the global's own end may end: what
/// C writes into a global may be any word.
pub(super) const IN_GLOBAL: u32 = 3 << 29;

/// How far from its start the use count of a borrowed handle can be.
pub(super) const MAX_IMBALANCE: u32 = 1 << 28;

/// The number of pins that is never counted down.
pub(super) const MAX_PINS: u32 = (1 << PIN_BITS) - 1;

const PIN_BITS: u32 = u32::BITS - GENERATION_BITS;
const ONE_GENERATION: u32 = 1 << PIN_BITS;
const LAST_GENERATION: u32 = u32::MAX >> PIN_BITS;

/// The bits of a root.
#[inline]
pub(super) fn bits<O>(object: &O) -> u64 {
    const { Slot::<O>::LAYOUT };
    // SAFETY: 8 bytes, by the assertion; a root has no padding.
    unsafe { std::ptr::from_ref(object).cast::<u64>().read_unaligned() }
}

union Content<O> {
    object: ManuallyDrop<O>,
    next_free: u32,
}

#[repr(C)]
pub(super) struct Slot<O> {
    content: UnsafeCell<Content<O>>,
    refs: Cell<u32>,
    meta: Cell<u32>,
}

impl<O> Slot<O> {
    /// Fails to compile for an object that is not one machine word.
    pub(super) const LAYOUT: () = {
        assert!(size_of::<O>() == 8, "an object is 8 bytes");
        assert!(size_of::<Slot<O>>() == 16 && align_of::<Slot<O>>() == 8);
    };

    #[inline]
    pub(super) fn generation(&self) -> u32 {
        self.meta.get() >> PIN_BITS
    }

    #[inline]
    pub(super) fn is_pinned(&self) -> bool {
        self.pins() > 0
    }

    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.meta.get() & ONE_GENERATION != 0
    }

    /// Whether there is an object, with or without a valid word for it.
    #[inline]
    pub(super) fn is_occupied(&self) -> bool {
        self.is_open() || self.is_pinned()
    }

    /// Whether `word`, whose index is this slot's, has the slot's generation. If
    /// that is odd, the word is the one that is open now.
    #[inline]
    pub(super) fn answers_to(&self, word: RawHandle) -> bool {
        u64::from(self.generation()) == word.generation()
    }

    /// [`answers_to`](Self::answers_to) for a word that is no number.
    #[inline(always)]
    pub(super) fn answers_to_slot(&self, word: RawHandle) -> bool {
        debug_assert!(!word.is_number());
        // What differs is below the generation: pins, and bits of the index.
        (word.generation_on_top() ^ self.meta.get()) < ONE_GENERATION
    }

    #[inline]
    pub(super) fn refs(&self) -> u32 {
        self.refs.get()
    }

    /// One reference more. A count that reaches the top stays there.
    #[inline]
    pub(super) fn add_ref(&self) {
        self.refs.set(self.refs.get().saturating_add(1));
    }

    /// What is left when a borrow ends, or the close of a last reference is deferred.
    #[inline]
    pub(super) fn set_refs(&self, refs: u32) {
        self.refs.set(refs);
    }

    /// Makes the slot one that `HPy_NULL`, which has its index, is not taken for.
    /// It must never be used.
    pub(super) fn set_apart(&self) {
        self.meta.set(2 * ONE_GENERATION);
    }

    /// One reference less, if they are counted: how many are left. With 0 nothing has
    /// happened yet, since the last one is not the slot's to end.
    #[inline(always)]
    pub(super) fn try_sub_ref(&self) -> Option<u32> {
        // None becomes as many as there can't be.
        let left = self.refs.get().wrapping_sub(1);
        if left != 0 {
            if left >= IMMORTAL - 1 {
                return None;
            }
            self.refs.set(left);
        }
        Some(left)
    }

    #[inline]
    pub(super) fn pins(&self) -> u32 {
        self.meta.get() & MAX_PINS
    }

    /// Whether the slot is closed and one pin away from being free.
    #[inline]
    pub(super) fn is_last_pin(&self) -> bool {
        !self.is_open() && self.pins() == 1
    }

    /// One pin more. A count that reaches the top stays there.
    #[inline]
    pub(super) fn pin(&self) {
        debug_assert!(self.is_occupied());
        if self.pins() < MAX_PINS {
            self.meta.set(self.meta.get() + 1);
        }
    }

    /// One pin less. `true` if it was the last one of a closed slot, whose
    /// object is now for the caller to [`vacate`](Self::vacate).
    #[inline]
    #[must_use]
    pub(super) fn unpin(&self) -> bool {
        debug_assert!(self.is_pinned());
        if self.pins() < MAX_PINS {
            self.meta.set(self.meta.get() - 1);
        }
        !self.is_occupied()
    }

    /// Makes every word for this slot stale. `true` if nothing pins it, so that
    /// the object is for the caller to [`vacate`](Self::vacate).
    #[inline]
    #[must_use]
    pub(super) fn close(&self) -> bool {
        debug_assert!(self.is_open());
        self.age_by(1);
        // Whoever finds references need not ask whether the slot is open.
        self.refs.set(0);
        !self.is_pinned()
    }

    /// The bits of the object, or of whatever is in the slot.
    #[inline]
    pub(super) fn bits(&self) -> u64 {
        // SAFETY: the content is 8 bytes, aligned for its object.
        unsafe { self.content.get().cast::<u64>().read() }
    }

    /// Whether its handle is closed and can still be used.
    #[inline(always)]
    pub(super) fn is_close_deferred(&self) -> bool {
        self.refs.get() == 0 && self.is_open()
    }

    /// One reference more to an open handle of `object`, which may be the first after its
    /// close was deferred. `false`, and nothing happens, if this slot is not that of `word`
    /// any more or has another object.
    #[inline(always)]
    pub(super) fn revive(&self, word: RawHandle, object: &O) -> bool {
        let is_open = self.answers_to(word) && self.bits() == bits(object);
        if is_open {
            self.add_ref();
        }
        is_open
    }

    /// Whether the slot's generation is the last odd one.
    #[inline(always)]
    pub(super) fn is_last_round(&self) -> bool {
        self.meta.get() >= LAST_GENERATION << PIN_BITS
    }

    /// Whether a free slot has had its last generation.
    #[inline(always)]
    pub(super) fn is_used_up(&self) -> bool {
        self.meta.get() == 0
    }

    /// Makes every word for an open slot stale but that of the next odd generation,
    /// which is returned. There is one.
    #[inline(always)]
    pub(super) fn start_round(&self) -> u32 {
        debug_assert!(self.is_open());
        self.age_by(2);
        self.generation()
    }

    /// Counts generations. After the last there is 0, the pins stay.
    #[inline(always)]
    fn age_by(&self, generations: u32) {
        let meta = self.meta.get();
        self.meta
            .set(meta.wrapping_add(generations * ONE_GENERATION));
    }

    /// The object.
    ///
    /// # Safety
    /// The slot is occupied and stays so while the reference is in use.
    #[inline]
    pub(super) unsafe fn object(&self) -> &O {
        // SAFETY: an occupied slot holds an object, only `fill` and `vacate`
        // write the content, and the caller rules both out.
        unsafe { &(*self.content.get()).object }
    }

    /// The next slot of the free chain.
    ///
    /// # Safety
    /// The slot is free.
    #[inline]
    pub(super) unsafe fn next_free(&self) -> u32 {
        // SAFETY: a free slot holds a link, be it the zero of fresh memory.
        unsafe { (*self.content.get()).next_free }
    }

    /// Opens the slot with `object` in it and returns the generation.
    ///
    /// # Safety
    /// The slot is free and has been taken out of the free chain.
    #[inline]
    pub(super) unsafe fn fill(&self, object: O, refs: u32) -> u32 {
        debug_assert!(!self.is_occupied());
        let object = ManuallyDrop::new(object);
        // SAFETY: no reference to the content of a free slot exists: `object`
        // gives them for occupied ones only.
        unsafe { self.content.get().write(Content { object }) };
        self.refs.set(refs);
        self.age_by(1);
        self.generation()
    }

    /// Puts `object` in the place of the object.
    ///
    /// # Safety
    /// The slot is occupied, and no reference from `object` is used any more.
    #[inline]
    pub(super) unsafe fn replace(&self, object: O) -> O {
        let object = ManuallyDrop::new(object);
        // SAFETY: the content is an object, and nobody looks at it.
        unsafe {
            let content = self.content.get().replace(Content { object });
            ManuallyDrop::into_inner(content.object)
        }
    }

    /// Moves the object out and leaves a link of the free chain.
    ///
    /// # Safety
    /// - `close` or `unpin` has just returned `true`, and this is the one call
    ///   for it: the object is still there, though the meta word says free.
    /// - No reference from `object` is used any more.
    #[inline]
    pub(super) unsafe fn vacate(&self, next_free: u32) -> O {
        debug_assert!(!self.is_occupied());
        // SAFETY: the content is an object (first condition), nobody looks at
        // it (second), and the link takes its place, so it moves out once.
        unsafe {
            let content = self.content.get().replace(Content { next_free });
            ManuallyDrop::into_inner(content.object)
        }
    }

    /// Drops the object where it is, for the table's own end.
    ///
    /// # Safety
    /// The slot is occupied, and nobody uses it again.
    pub(super) unsafe fn drop_object(&self) {
        // SAFETY: as the caller says; the content is an object.
        unsafe { ManuallyDrop::drop(&mut (*self.content.get()).object) }
    }
}

#[cfg(test)]
impl<O> Slot<O> {
    /// A free slot that has been used for `generation / 2` objects.
    pub(super) fn aged(generation: u32) -> Self {
        let slot = Slot {
            content: UnsafeCell::new(Content { next_free: 0 }),
            refs: Cell::new(0),
            meta: Cell::new(0),
        };
        slot.age(generation);
        slot
    }

    /// Makes a free slot look like [`aged`](Self::aged).
    pub(super) fn age(&self, generation: u32) {
        assert!(!self.is_occupied());
        assert!(generation & 1 == 0 && generation <= LAST_GENERATION);
        self.meta.set(generation * ONE_GENERATION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generation_wraps_without_touching_the_pins() {
        let slot = Slot::<u64>::aged(LAST_GENERATION - 1);
        // SAFETY: the slot is free and in no chain.
        assert_eq!(unsafe { slot.fill(5, 1) }, LAST_GENERATION);
        slot.pin();
        slot.pin();
        assert!(!slot.close(), "pinned");
        assert_eq!((slot.generation(), slot.is_occupied()), (0, true));
        assert!(!slot.unpin());
        assert!(slot.unpin(), "the last pin of a closed slot");
        // SAFETY: `unpin` returned `true`, and no reference was taken.
        assert_eq!(unsafe { slot.vacate(9) }, 5);
        // SAFETY: the slot is free.
        assert_eq!(unsafe { slot.next_free() }, 9);
        assert!(slot.is_used_up());
    }

    #[test]
    fn rounds_end_with_the_last_generation() {
        let slot = Slot::<u64>::aged(LAST_GENERATION - 3);
        // SAFETY: the slot is free and in no chain.
        unsafe { slot.fill(5, 0) };
        slot.pin();
        assert!(!slot.is_last_round());
        assert_eq!(slot.start_round(), LAST_GENERATION);
        assert_eq!((slot.refs(), slot.pins()), (0, 1));
        assert!(slot.is_last_round());
    }

    #[test]
    fn an_open_slot_is_revived() {
        let slot = Slot::<u64>::aged(0);
        // SAFETY: the slot is free and in no chain.
        unsafe { slot.fill(5, 0) };
        assert!(slot.is_close_deferred());
        let word = RawHandle::slot(1, 1);
        assert!(!slot.revive(word, &6), "another object");
        assert!(!slot.revive(RawHandle::slot(1, 3), &5), "another handle");
        assert!(slot.revive(word, &5) && slot.revive(word, &5));
        assert_eq!(slot.refs(), 2);
        assert!(slot.close());
        assert!(!slot.revive(word, &5), "it is closed");
    }

    #[test]
    fn pins_stick_at_the_top() {
        let slot = Slot::<u64>::aged(0);
        // SAFETY: the slot is free and in no chain.
        unsafe { slot.fill(5, 1) };
        for _ in 0..MAX_PINS + 10 {
            slot.pin();
        }
        assert_eq!(slot.generation(), 1);
        assert!(!slot.close());
        for _ in 0..MAX_PINS + 10 {
            assert!(!slot.unpin(), "never freed");
        }
        // SAFETY: still occupied.
        assert_eq!(unsafe { *slot.object() }, 5);
    }

    #[test]
    fn references_stick_at_the_top() {
        let slot = Slot::<u64>::aged(0);
        // SAFETY: the slot is free and in no chain.
        unsafe { slot.fill(5, IMMORTAL - 1) };
        slot.add_ref();
        assert_eq!(slot.refs(), IMMORTAL);
        slot.add_ref();
        assert_eq!(slot.refs(), IMMORTAL);
    }
}
