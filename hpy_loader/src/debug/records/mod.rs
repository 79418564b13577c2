//! What is known of every handle in debug mode.
//!
//! A handle that C holds in this mode is not the wrapped context's but the
//! number of a record here, with a count of how often the record was used. So
//! each handle can be told from each other one, duplicates and numbers included,
//! and a word leads to what became of it: while the record is not used again,
//! that is where it was closed.
//!
//! Records that were closed therefore wait in a queue, as HPy's own debug mode
//! has it: when it is full, the oldest one makes room and can be used again.
//!
//! # What it costs
//!
//! Every argument of every function of the context is looked up here. So a
//! record is one line of the cache in a reserved range of addresses: where it
//! lies follows from the word alone, and the word that is in it while it is open
//! tells all at once that the handle is a handle, of this use of the record, and
//! open. Nothing is allocated on the way: the queue, and the stack of those that are
//! free, are chains through the records.

mod closing;
mod generations;
mod handle_record;
mod record_lists;

pub(super) use handle_record::{HandleRecord, HandleSnapshot, HandleState, Origin};

use super::memory::BorrowedBuffers;
use crate::abi::HPy;
use crate::handles::{Reservation, Word};
use crate::sites::{PythonStack, Site};
use generations::Generations;
use record_lists::{RecordQueue, RecordStack};
use std::cell::{Cell, RefCell};

/// What a word from C means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// An open handle: its record.
    Open(u32),
    /// A handle that is closed, and whose record still says so.
    Closed(u32),
    /// A handle that was closed long ago.
    Forgotten,
    /// Never a handle.
    Nothing,
}

/// Where a handle can be opened.
#[derive(Clone, Copy)]
pub(super) struct FreeRecord<'a> {
    index: u32,
    entry: &'a HandleRecord,
}

/// All records, and the limits on what is kept of closed ones.
pub(super) struct Records {
    entries: Reservation<HandleRecord>,
    /// Gives every word an entry.
    mask: usize,
    /// Those from here on were never used.
    fresh: Cell<u32>,
    /// Closed, the first one first.
    closed: RecordQueue,
    free: RecordStack,
    /// Free as well, but to be used last.
    spare: RecordStack,
    generations: Generations,
    max_closed: Cell<u32>,
    /// The same, unless it is 0: that many there never are.
    full: Cell<u32>,
    pub buffers: RefCell<BorrowedBuffers>,
}

/// As many as a word can tell apart.
const CAPACITY: u32 = if cfg!(miri) { 1 << 12 } else { Word::BESIDE };

impl Records {
    /// Without address space for them the process ends: it takes what there is, so
    /// that next to nothing is left.
    pub fn new() -> Self {
        let entries = Reservation::<HandleRecord>::new(CAPACITY).unwrap_or_else(|error| {
            eprintln!("Fatal Python error: no room for the debug mode: {error}");
            std::process::abort();
        });
        Self {
            mask: entries.slots() as usize - 1,
            entries,
            // Index 0 is not used: its word would be `HPy_NULL`.
            fresh: Cell::new(1),
            closed: RecordQueue::default(),
            free: RecordStack::default(),
            spare: RecordStack::default(),
            generations: Generations::new(),
            max_closed: Cell::new(1024),
            full: Cell::new(1024),
            buffers: RefCell::default(),
        }
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> &HandleRecord {
        self.entry_of(index as usize)
    }

    /// The entry at the index in a word's lower bits, of which all entries take no
    /// more than there are.
    #[inline(always)]
    fn entry_of(&self, bits: usize) -> &HandleRecord {
        // SAFETY: the mask is one less than the power of two that there are; zeros
        // are an entry; there are shared references only.
        unsafe { self.entries.at(bits & self.mask) }
    }

    /// The entry of a handle that is open; also of `HPy_NULL`, with that in it.
    #[inline(always)]
    pub fn look(&self, handle: HPy) -> Option<&HandleRecord> {
        let entry = self.entry_of(handle.0.cast_unsigned());
        (entry.word.get() == handle.0).then_some(entry)
    }

    pub fn get(&self, index: u32) -> HandleSnapshot {
        let entry = self.entry(index);
        let (state, closed) = match entry.is_open() {
            true => (HandleState::Open, Site::UNKNOWN),
            false => (HandleState::Closed, entry.closed.get()),
        };
        HandleSnapshot {
            inner: entry.inner.get(),
            state,
            origin: entry.origin(),
            owner: entry.owner(),
            opened: entry.opened.get(),
            above: entry.above.get().unwrap_or_default(),
            closed,
            buffer: match entry.buffer() {
                0 => None,
                number => self.buffers.borrow().block(number),
            },
        }
    }

    /// The word of a record as it is now.
    pub fn word(&self, index: u32) -> HPy {
        HPy(self.entry(index).last_word().bits())
    }

    /// What there is to say of a word.
    pub fn find(&self, handle: HPy) -> Found {
        let word = Word::from_bits(handle.0);
        if !word.is_beside() || word.index() >= self.fresh.get() {
            return Found::Nothing;
        }
        let index = word.index();
        let entry = self.entry(index);
        match entry.is_open() {
            _ if entry.last_word() != word => Found::Forgotten,
            true => Found::Open(index),
            false => Found::Closed(index),
        }
    }

    /// A place for a handle, if one is free.
    #[inline(always)]
    pub fn place(&self) -> Option<FreeRecord<'_>> {
        self.free.take(|index| self.entry(index))
    }

    /// A place for a handle. The second result is a wrapped handle that has to be
    /// closed, since nothing remembers it any more, or `HPy_NULL`.
    ///
    /// # Panics
    ///
    /// With more handles open than a word can tell apart.
    #[cold]
    pub fn make_place(&self) -> (FreeRecord<'_>, HPy) {
        if self.closed.length() > self.max_closed.get() {
            return self.forget_oldest();
        }
        if let Some(place) = self.spare.take(|index| self.entry(index)) {
            return (place, HPy::NULL);
        }
        let index = self.fresh.get();
        assert!(index as usize <= self.mask, "{index} handles are open");
        self.fresh.set(index + 1);
        let entry = self.entry(index);
        entry.word.set(!Word::beside(index, 0).bits());
        (FreeRecord { index, entry }, HPy::NULL)
    }

    /// Opens a handle in a place.
    #[inline(always)]
    pub fn open(
        &self,
        place: FreeRecord<'_>,
        inner: HPy,
        origin: Origin,
        owner: u32,
        opened: Site,
        above: Option<PythonStack>,
    ) -> HPy {
        let entry = place.entry;
        // It is closed.
        let last = Word::from_bits(!entry.word.get());
        let word = last.next_round().bits();
        entry.word.set(word);
        entry.inner.set(inner);
        entry.opened.set(opened);
        entry.number.set(self.generations.count());
        entry.above.set(above);
        entry.set_tag(owner, origin.bits());
        entry.shape.set(0);
        HPy(word)
    }

    /// Tells the Python stack above of a handle that was opened without.
    pub fn set_above(&self, handle: HPy, above: PythonStack) {
        if let Found::Open(index) | Found::Closed(index) = self.find(handle) {
            self.entry(index).above.set(Some(above));
        }
    }

    /// The record whose promised memory has this address, if it is known.
    pub fn of_address(&self, address: usize) -> Option<HandleSnapshot> {
        let number = self.buffers.try_borrow().ok()?.of_address(address)?;
        let has_it = |&index: &u32| self.entry(index).buffer() == number;
        (1..self.fresh.get())
            .find(has_it)
            .map(|index| self.get(index))
    }
}
