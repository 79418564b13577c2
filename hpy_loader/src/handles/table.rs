//! The slot table: its memory, opening handles and using them.

use std::cell::Cell;
use std::fmt;

use super::deferred_close::DeferredCloses;
use super::full_range_table::FullRangeTable;
use super::outcome::{Counters, Exhausted};
use super::pin::Pin;
use super::raw_handle::{INDEX_BITS, RawHandle};
use super::reservation::{Reservation, ReserveError};
use super::slot::{BORROWED, IMMORTAL, IN_GLOBAL, Slot};

/// Slots of a table in ordinary conditions: all that a word can name, 4 GiB of
/// address space. Miri gets 64 KiB, since it would fill them.
const SLOTS: u32 = if cfg!(miri) { 1 << 12 } else { 1 << INDEX_BITS };

/// The roots that C holds handles to.
///
/// `O` is whatever one reference to an object is in the VM, exactly 8 bytes.
///
/// All operations take `&self` and may be used while another one is under way:
/// wherever an object is dropped or cloned, foreign code may run that comes
/// back to this table, so each of them leaves the table consistent before.
///
/// The table is not `Sync`. It belongs to whoever holds the HPy lock.
///
/// ```
/// use hpy_loader::handles::{Closed, HandleTable};
///
/// let table = HandleTable::with_capacity(100)?;
/// let handle = table.open(Box::new("spam")).expect("a free slot");
/// assert_eq!(**table.pin(handle).expect("open"), "spam");
///
/// // A second close, and a use after it, do nothing.
/// assert_eq!(table.close(handle), Closed::Freed(()));
/// assert_eq!(table.close(handle), Closed::Stale);
/// assert!(table.pin(handle).is_none());
/// # Ok::<(), hpy_loader::handles::ReserveError>(())
/// ```
pub struct HandleTable<O> {
    slots: Reservation<Slot<O>>,
    /// Slots from here on have never been used; their memory may be untouched.
    high_water: Cell<u32>,
    /// The first slot of the free chain; 0, which is never handed out, ends it.
    free: Cell<u32>,
    pub(super) deferred: DeferredCloses,
    counters: Cell<Counters>,
}

impl<O> HandleTable<O> {
    /// An empty table, as large as the limit on address space allows.
    ///
    /// # Errors
    /// The operating system does not give even one mebibyte.
    pub fn new() -> Result<Self, ReserveError> {
        Self::with_capacity(SLOTS)
    }

    /// An empty table of at most `slots` slots, one of which is not used.
    ///
    /// # Errors
    /// The operating system does not give even one mebibyte, or the memory for
    /// `slots` slots where that is less.
    ///
    /// # Panics
    /// `slots` is 0.
    pub fn with_capacity(slots: u32) -> Result<Self, ReserveError> {
        const { Slot::<O>::LAYOUT };
        let slots: Reservation<Slot<O>> = Reservation::new(slots.min(1 << INDEX_BITS))?;
        // SAFETY: there is at least one. Zeroed memory is a free slot.
        unsafe { slots.at(0) }.set_apart();
        Ok(HandleTable {
            slots,
            high_water: Cell::new(1),
            free: Cell::new(0),
            deferred: DeferredCloses::new(),
            counters: Cell::default(),
        })
    }

    /// How many handles can be open at a time.
    pub fn capacity(&self) -> u32 {
        self.slots.slots() - 1
    }

    /// The slots, for lookups without a bounds check. None if the limit on address
    /// space has made the table smaller than its words can name.
    ///
    /// # Safety
    /// The table outlives what is returned.
    pub(crate) unsafe fn full_range(&self) -> Option<FullRangeTable<O>> {
        FullRangeTable::new(&self.slots, SLOTS)
    }

    /// How many handles are open. Nobody keeps count, so this looks at every slot
    /// that has ever been used.
    pub fn open_count(&self) -> u32 {
        let slots = (1..self.high_water.get()).map(|index| self.slot(index));
        slots.filter(|slot| slot.refs() > 0).count() as u32
    }

    /// What the table has had to refuse or ignore so far.
    pub fn counters(&self) -> Counters {
        self.counters.get()
    }

    /// Opens a handle with one reference.
    ///
    /// # Errors
    /// Gives the object back if the table is full.
    #[inline]
    pub fn open(&self, object: O) -> Result<RawHandle, Exhausted<O>> {
        self.open_with(object, 1)
    }

    /// Opens a handle that no close frees, as the constants of the context are.
    ///
    /// # Errors
    /// Gives the object back if the table is full.
    pub fn open_immortal(&self, object: O) -> Result<RawHandle, Exhausted<O>> {
        self.open_with(object, IMMORTAL)
    }

    /// Opens a borrowed handle: C may duplicate and close it, but the reference
    /// that it was opened with is not C's to give up. However often C closes the
    /// handle, it stays open until [`end_borrow`](Self::end_borrow).
    ///
    /// # Errors
    /// Gives the object back if the table is full.
    #[inline(always)]
    pub fn open_borrowed(&self, object: O) -> Result<RawHandle, Exhausted<O>> {
        self.open_with(object, BORROWED)
    }

    /// Opens a borrowed handle that C keeps in a global, until
    /// [`end_in_global`](Self::end_in_global).
    ///
    /// # Errors
    /// Gives the object back if the table is full.
    #[inline(always)]
    pub fn open_in_global(&self, object: O) -> Result<RawHandle, Exhausted<O>> {
        self.open_with(object, IN_GLOBAL)
    }

    #[inline(always)]
    fn open_with(&self, object: O, refs: u32) -> Result<RawHandle, Exhausted<O>> {
        let mut index = self.free.get();
        if index == 0 {
            match self.fresh() {
                Some(fresh) => index = fresh,
                None => return Err(Exhausted { object }),
            }
        }
        let slot = self.slot(index);
        // SAFETY: the slots of the chain are free, and so is a fresh one, whose
        // link of 0 is right because the chain was empty.
        self.free.set(unsafe { slot.next_free() });
        // SAFETY: as above, and the line before has taken it out of the chain.
        let generation = unsafe { slot.fill(object, refs) };
        Ok(RawHandle::slot(index, generation))
    }

    /// A slot that has never been used.
    #[cold]
    fn fresh(&self) -> Option<u32> {
        let index = self.high_water.get();
        if index == self.slots.slots() {
            return None;
        }
        self.high_water.set(index + 1);
        Some(index)
    }

    /// The slot at an index below the high-water mark.
    #[inline]
    pub(super) fn slot(&self, index: u32) -> &Slot<O> {
        debug_assert!(index < self.high_water.get());
        // SAFETY: all callers pass indices below the high-water mark, which
        // never exceeds the reservation. Zeroed memory is a free slot, and no
        // code makes a `&mut Slot`.
        unsafe { self.slots.at(index as usize) }
    }

    /// The open slot that `word` names. Any word is fine.
    #[inline]
    pub(super) fn lookup(&self, word: RawHandle) -> Option<&Slot<O>> {
        if cfg!(hpy_loader_unchecked_handles) {
            return (word.is_slot() && !word.is_null())
                .then(|| self.slot(word.index_if_odd() as u32));
        }
        let index = word.index_if_odd();
        if index >= u64::from(self.high_water.get()) {
            return None;
        }
        // SAFETY: as in `slot`. The index is not made narrower on the way, which
        // would cost an instruction.
        let slot = unsafe { self.slots.at(index as usize) };
        // The word's generation is odd here, so equality means open as well.
        slot.answers_to(word).then_some(slot)
    }

    /// [`lookup`](Self::lookup) for a word that the table has given, whose index needs no
    /// check, or `HPy_NULL`, which has the index of the slot set apart.
    #[inline(always)]
    pub(super) fn own_slot(&self, word: RawHandle) -> Option<&Slot<O>> {
        let slot = self.slot(word.index());
        slot.answers_to(word).then_some(slot)
    }

    /// Whether `word` is an open handle. Counts nothing.
    #[inline]
    pub fn is_open(&self, word: RawHandle) -> bool {
        self.lookup(word).is_some()
    }

    /// Borrows the object of an open handle: the root itself, for the price of
    /// the check. `None` for any other word.
    ///
    /// # Safety
    /// While the reference is in use, the handle's last reference must not be
    /// given up: no `close`, `release` or `take` of this word and no drop of
    /// the frame it belongs to, be it by C or Python code that runs meanwhile
    /// or by another thread after the HPy lock was passed on. Where that cannot
    /// be ruled out, [`pin`](Self::pin) is the operation to use. Immortal
    /// handles satisfy it by themselves.
    #[inline]
    pub unsafe fn get(&self, word: RawHandle) -> Option<&O> {
        // SAFETY: passed on to the caller.
        let object = unsafe { self.peek(word) };
        if object.is_none() {
            self.refuse_use(word);
        }
        object
    }

    /// [`get`](Self::get) for callers that have another way to go if the word is no
    /// open handle: nothing is counted.
    ///
    /// # Safety
    /// As for [`get`](Self::get).
    #[inline]
    pub(crate) unsafe fn peek(&self, word: RawHandle) -> Option<&O> {
        // SAFETY: an open slot is occupied, and stays so by the contract.
        self.lookup(word).map(|slot| unsafe { slot.object() })
    }

    /// Borrows the object of an open handle and keeps it alive, even if the
    /// handle is closed before the guard goes. `None` for any other word.
    ///
    /// Pins nest. The 4095th at a time makes the object immortal: the slot is
    /// then never freed, though its handle can still be closed.
    #[inline]
    pub fn pin(&self, word: RawHandle) -> Option<Pin<'_, O>> {
        let pin = self.peek_pin(word);
        if pin.is_none() {
            self.refuse_use(word);
        }
        pin
    }

    /// [`pin`](Self::pin) for callers that have another way to go if the word is no
    /// open handle: nothing is counted.
    #[inline]
    pub(crate) fn peek_pin(&self, word: RawHandle) -> Option<Pin<'_, O>> {
        self.lookup(word).map(|slot| Pin::new(self, slot))
    }

    /// Visits every object in the table, those of closed but pinned handles and of deferred closes
    /// included.
    ///
    /// A collector that moves objects keeps a `Cell` in `O` and rewrites it
    /// here. Objects that `visit` itself opens may or may not be visited.
    pub fn for_each_root(&self, mut visit: impl FnMut(&O)) {
        for index in 1..self.high_water.get() {
            let slot = self.slot(index);
            if slot.is_occupied() {
                visit(&Pin::new(self, slot));
            }
        }
    }

    /// Moves the object out of a slot and puts the slot into the free chain, unless it has
    /// had its last generation.
    ///
    /// # Safety
    /// As for [`Slot::vacate`], on a slot of this table.
    #[inline]
    pub(super) unsafe fn reclaim(&self, slot: &Slot<O>) -> O {
        let next = match slot.is_used_up() {
            // In no chain, and above no mark: nobody opens it.
            true => 0,
            false => self.free.replace(self.slots.index_of(slot)),
        };
        // SAFETY: the caller's promise.
        unsafe { slot.vacate(next) }
    }

    #[inline]
    pub(super) fn refuse_use(&self, word: RawHandle) {
        if word.is_slot() {
            self.count(|counters| &mut counters.stale_uses);
        }
    }

    #[inline]
    pub(super) fn count(&self, counter: impl FnOnce(&mut Counters) -> &mut u64) {
        self.count_many(1, counter);
    }

    #[cold]
    pub(super) fn count_many(&self, many: u32, counter: impl FnOnce(&mut Counters) -> &mut u64) {
        let mut counters = self.counters.get();
        *counter(&mut counters) += u64::from(many);
        self.counters.set(counters);
    }
}

impl<O> Drop for HandleTable<O> {
    fn drop(&mut self) {
        for index in 1..self.high_water.get() {
            let slot = self.slot(index);
            if slot.is_occupied() {
                // SAFETY: occupied, and visited once. Nobody uses it again:
                // whatever could borrows the table.
                unsafe { slot.drop_object() };
            }
        }
    }
}

impl<O> fmt::Debug for HandleTable<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleTable")
            .field("open", &self.open_count())
            .field("capacity", &self.capacity())
            .field("counters", &self.counters.get())
            .finish()
    }
}
