//! What is known of every handle in debug mode.
//!
//! A handle that C holds in this mode is the number of a record, with a count of how
//! often the record was used. So each handle can be told from every other handle,
//! duplicates and numbers included. A word leads to the place where its handle was
//! closed, as long as the record is not used again.
//!
//! Closed records wait in a queue, as in HPy's own debug mode. When the queue is full,
//! the oldest record leaves it and can be used again.
//!
//! # What it costs
//!
//! Every argument of every function of the context is looked up here. So a record is
//! one line of the cache in a reserved range of addresses. The word alone tells where
//! the record lies. An open record holds its own word, so one comparison shows that the
//! word is a handle, belongs to this use of the record, and is open. Nothing is
//! allocated: the queue and the stack of free records are linked through the records.

mod closing;
mod generations;
mod handle_record;
mod record_lists;

pub use handle_record::HandleView;
pub(super) use handle_record::{HandleRecord, Origin};

use super::memory::{Block, BorrowedBuffers};
use super::pooled_context::Opener;
use crate::abi::HPy;
use crate::handles::{RawHandle, Reservation};
use crate::report::report_line;
use crate::sites::{PythonStack, Site};
use record_lists::{RecordQueue, RecordStack};
use std::cell::{Cell, RefCell};

/// What a word from C means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// An open handle.
    Open(HandleView),
    /// A handle that is closed, and whose record still says so.
    Closed(HandleView),
    /// A handle that was closed long ago.
    Forgotten,
    /// Never a handle.
    Nothing,
}

impl Found {
    /// The handle, if its record is still there.
    pub fn handle(&self) -> Option<&HandleView> {
        match self {
            Self::Open(handle) | Self::Closed(handle) => Some(handle),
            Self::Forgotten | Self::Nothing => None,
        }
    }
}

/// A record in which a handle can be opened.
#[derive(Clone, Copy)]
pub(super) struct FreeRecord<'a> {
    index: u32,
    record: &'a HandleRecord,
}

impl FreeRecord<'_> {
    /// Whether a handle in it would get a word that another had before. Such a record is
    /// not used again.
    #[inline(always)]
    fn is_used_up(&self) -> bool {
        self.record.last_word().is_last_round()
    }
}

/// All records, and the limits on what is kept of closed ones.
pub(super) struct Records {
    all: Reservation<HandleRecord>,
    /// Maps every word to a record.
    mask: usize,
    /// Records from this index on were never used.
    fresh: Cell<u32>,
    /// Closed records, the oldest first.
    closed: RecordQueue,
    free: RecordStack,
    /// Free as well, but used last.
    spare: RecordStack,
    /// How many handles there have been.
    pub opened: Cell<u64>,
    /// How many there had been when each generation began.
    generations: RefCell<Vec<u64>>,
    max_closed: Cell<u32>,
    /// The same, or more than there can be if that is 0.
    full: Cell<u32>,
    pub buffers: RefCell<BorrowedBuffers>,
}

/// As many as a word can tell apart.
const CAPACITY: u32 = if cfg!(miri) {
    1 << 12
} else {
    RawHandle::BESIDE
};

impl Records {
    /// The process ends if there is no address space for the records: the reservation
    /// takes what there is, so next to nothing would be left.
    pub fn new() -> Self {
        let all = Reservation::<HandleRecord>::new(CAPACITY).unwrap_or_else(|error| {
            report_line!("Fatal Python error: no room for the debug mode: {error}");
            std::process::abort();
        });
        Self {
            mask: all.slots() as usize - 1,
            all,
            // Index 0 is not used: its word would be `HPy_NULL`.
            fresh: Cell::new(1),
            closed: RecordQueue::default(),
            free: RecordStack::default(),
            spare: RecordStack::default(),
            opened: Cell::new(0),
            generations: RefCell::new(vec![0]),
            max_closed: Cell::new(1024),
            full: Cell::new(1024),
            buffers: RefCell::default(),
        }
    }

    #[inline(always)]
    fn record(&self, index: u32) -> &HandleRecord {
        self.record_of(index as usize)
    }

    /// The record at the index in a word's lower bits.
    #[inline(always)]
    fn record_of(&self, bits: usize) -> &HandleRecord {
        // SAFETY: the mask keeps the index below the number of records, a power of
        // two. Zeros are a record, and there are shared references only.
        unsafe { self.all.at(bits & self.mask) }
    }

    /// The record of an open handle, or of `HPy_NULL`, whose record holds that.
    #[inline(always)]
    pub fn look(&self, handle: HPy) -> Option<&HandleRecord> {
        let record = self.record_of(handle.0.cast_unsigned());
        (record.word.get() == handle.0).then_some(record)
    }

    /// The record of an open handle that is not `HPy_NULL`.
    #[inline(always)]
    pub fn look_open(&self, handle: HPy) -> Option<&HandleRecord> {
        self.look(handle).filter(|_| !handle.is_null())
    }

    /// What a record says now.
    pub fn view(&self, index: u32) -> HandleView {
        let record = self.record(index);
        let is_closed = !record.is_open();
        HandleView {
            index,
            bits: record.last_word().bits(),
            inner: record.inner.get(),
            is_closed,
            raw_data_size: match record.buffer() {
                0 => None,
                number => self.buffers.borrow().block(number).map(Block::size),
            },
            opened: record.opened.get(),
            python: record.above.get().unwrap_or_default(),
            closed: match is_closed {
                true => record.closed.get(),
                false => Site::UNKNOWN,
            },
            origin: record.origin(),
            opener: Opener {
                owner: record.owner(),
                context: record.context.get(),
                number: record.number.get().saturating_sub(1),
            },
        }
    }

    /// What a word means.
    pub fn find(&self, handle: HPy) -> Found {
        let index = RawHandle::from_bits(handle.0).index();
        match self.of_word(handle) {
            Some(record) if record.is_open() => Found::Open(self.view(index)),
            Some(_) => Found::Closed(self.view(index)),
            None if self.has_index(handle) => Found::Forgotten,
            None => Found::Nothing,
        }
    }

    /// Whether a word has the index of a record that was used.
    fn has_index(&self, handle: HPy) -> bool {
        let word = RawHandle::from_bits(handle.0);
        word.is_beside() && word.index() < self.fresh.get()
    }

    /// The record whose handle has this word, or had it last.
    fn of_word(&self, handle: HPy) -> Option<&HandleRecord> {
        let word = RawHandle::from_bits(handle.0);
        let record = self.has_index(handle).then(|| self.record(word.index()))?;
        (record.last_word() == word).then_some(record)
    }

    /// A free record, if there is one at hand.
    #[inline(always)]
    pub fn place(&self) -> Option<FreeRecord<'_>> {
        self.take(&self.free)
    }

    /// A free record. The second result is `HPy_NULL`, or a wrapped handle that has to be
    /// closed since no record remembers it any more.
    ///
    /// # Panics
    ///
    /// With more handles open than a word can tell apart.
    #[cold]
    pub fn make_place(&self) -> (FreeRecord<'_>, HPy) {
        let mut orphan = HPy::NULL;
        if self.closed.length.get() > self.max_closed.get() {
            let place;
            (place, orphan) = self.forget_oldest();
            if !place.is_used_up() {
                return (place, orphan);
            }
        }
        if let Some(place) = self.take(&self.spare) {
            return (place, orphan);
        }
        let index = self.fresh.get();
        assert!(index as usize <= self.mask, "{index} handles are open");
        self.fresh.set(index + 1);
        let record = self.record(index);
        record.word.set(!RawHandle::beside(index, 0).bits());
        (FreeRecord { index, record }, orphan)
    }

    /// Opens a handle in a free record.
    #[inline(always)]
    pub fn open(
        &self,
        place: FreeRecord<'_>,
        inner: HPy,
        origin: Origin,
        (owner, context): (u32, u8),
        opened: Site,
        above: Option<PythonStack>,
    ) -> HPy {
        let record = place.record;
        // A closed record holds its last word inverted.
        let last = RawHandle::from_bits(!record.word.get());
        let word = last.next_round().bits();
        record.word.set(word);
        record.inner.set(inner);
        record.opened.set(opened);
        let number = self.opened.get() + 1;
        self.opened.set(number);
        record.number.set(number);
        record.above.set(above);
        record.set_tag(owner, origin as u32);
        record.shape.set(0);
        record.context.set(context);
        HPy(word)
    }

    /// Tells the Python stack above of a handle that was opened without.
    pub fn set_above(&self, handle: HPy, above: PythonStack) {
        if let Some(record) = self.of_word(handle) {
            record.above.set(Some(above));
        }
    }

    /// The record whose borrowed buffer has this address, if it is known.
    pub fn of_address(&self, address: usize) -> Option<HandleView> {
        let number = self.buffers.try_borrow().ok()?.of_address(address)?;
        let has_it = |&index: &u32| self.record(index).buffer() == number;
        (1..self.fresh.get())
            .find(has_it)
            .map(|index| self.view(index))
    }
}
