//! What is known of every handle in debug mode.
//!
//! A handle that C holds in this mode is not the wrapped context's but the
//! number of a record here, with a count of how often the record was used. So
//! each handle can be told from each other one, duplicates and numbers included,
//! and a word leads to what became of it: while the record is not used again,
//! that is where it was closed.
//!
//! Records that were closed therefore wait in a queue, as HPy's own debug mode
//! has it: the oldest one is used again when the queue is full.
//!
//! # What it costs
//!
//! Every argument of every function of the context is looked up here. So a
//! record is one line of the cache in a reserved range of addresses: where it
//! lies follows from the word alone, and the word that is in it while it is open
//! tells all at once that the handle is a handle, of this use of the record, and
//! open. Nothing is allocated on the way, and the two queues are chains through
//! the records.

mod chain;
mod entry;
mod history;

pub(super) use entry::{Entry, Origin, Record, State};

use super::memory::Promises;
use crate::abi::HPy;
use crate::handles::{Reservation, Word};
use crate::sites::{PythonStack, Site};
use chain::Chain;
use entry::{KEPT, LASTING};
use history::History;
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
pub(super) struct Place<'a> {
    index: u32,
    entry: &'a Entry,
}

/// All records, and the limits on what is kept of closed ones.
pub(super) struct Records {
    entries: Reservation<Entry>,
    /// Gives every word an entry.
    mask: usize,
    /// Those from here on were never used.
    fresh: Cell<u32>,
    /// Closed, the first one first.
    closed: Chain,
    free: Chain,
    history: History,
    max_closed: Cell<u32>,
    /// With so many, the first one is used again: that, but at least 1.
    enough_closed: Cell<u32>,
    pub promises: RefCell<Promises>,
}

/// Has the processor bring near what is needed soon.
#[inline(always)]
fn prefetch(entry: &Entry) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: it reads nothing, and every x86-64 has it.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = entry;
}

/// As many as a word can tell apart.
const CAPACITY: u32 = if cfg!(miri) { 1 << 12 } else { Word::BESIDE };

impl Records {
    /// # Panics
    ///
    /// If there is no address space for them.
    pub fn new() -> Self {
        let entries = Reservation::<Entry>::new(CAPACITY).expect("room for the debug mode");
        Self {
            mask: entries.slots() as usize - 1,
            entries,
            // Index 0 is not used: its word would be `HPy_NULL`.
            fresh: Cell::new(1),
            closed: Chain::default(),
            free: Chain::default(),
            history: History::new(),
            max_closed: Cell::new(1024),
            enough_closed: Cell::new(1024),
            promises: RefCell::default(),
        }
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> &Entry {
        self.entry_of(index as usize)
    }

    /// The entry at the index in a word's lower bits, of which all entries take no
    /// more than there are.
    #[inline(always)]
    fn entry_of(&self, bits: usize) -> &Entry {
        // SAFETY: the mask is one less than the power of two that there are; zeros
        // are an entry; there are shared references only.
        unsafe { self.entries.at(bits & self.mask) }
    }

    /// The entry of a handle that is open; also of `HPy_NULL`, with that in it.
    #[inline(always)]
    pub fn look(&self, handle: HPy) -> Option<&Entry> {
        let entry = self.entry_of(handle.0.cast_unsigned());
        (entry.word.get() == handle.0).then_some(entry)
    }

    pub fn get(&self, index: u32) -> Record {
        let entry = self.entry(index);
        let (state, closed) = match entry.is_open() {
            true => (State::Open, Site::UNKNOWN),
            false => (State::Closed, entry.closed.get()),
        };
        Record {
            inner: entry.inner.get(),
            state,
            origin: entry.origin(),
            owner: entry.owner.get(),
            opened: entry.opened.get(),
            above: entry.above.get().unwrap_or_default(),
            closed,
            promised: match entry.promise() {
                0 => None,
                number => self.promises.borrow().block(number),
            },
        }
    }

    /// The word of a record as it is now.
    pub fn word(&self, index: u32) -> HPy {
        HPy(Word::beside(index, self.entry(index).round.get()).bits())
    }

    /// What there is to say of a word.
    pub fn find(&self, handle: HPy) -> Found {
        let Some((index, round)) = Word::from_bits(handle.0).as_beside() else {
            return Found::Nothing;
        };
        if index >= self.fresh.get() {
            return Found::Nothing;
        }
        let entry = self.entry(index);
        match entry.is_open() {
            _ if entry.round.get() != round => Found::Forgotten,
            true => Found::Open(index),
            false => Found::Closed(index),
        }
    }

    /// A place for a handle, if it can be had without further ado: the record that
    /// was closed first, once there are enough of them.
    #[inline(always)]
    pub fn place(&self) -> Option<Place<'_>> {
        let index = self.closed.first();
        let entry = self.entry(index);
        let is_full = self.closed.length() >= self.enough_closed.get();
        (is_full && entry.burden.get() & LASTING == 0).then(|| {
            self.closed.pop(entry);
            // A thousand records don't fit in the nearest cache.
            prefetch(self.entry(self.closed.first()));
            Place { index, entry }
        })
    }

    /// A place for a handle. The second result is a wrapped handle that has to be
    /// closed, since nothing remembers it any more, or `HPy_NULL`.
    ///
    /// # Panics
    ///
    /// With more handles open than a word can tell apart.
    #[cold]
    pub fn make_place(&self) -> (Place<'_>, HPy) {
        let (index, orphan) = if self.closed.length() >= self.enough_closed.get() {
            self.forget_oldest()
        } else if self.free.length() != 0 {
            (self.take_first(&self.free), HPy::NULL)
        } else {
            let index = self.fresh.get();
            assert!(index as usize <= self.mask, "{index} handles are open");
            self.fresh.set(index + 1);
            (index, HPy::NULL)
        };
        let entry = self.entry(index);
        (Place { index, entry }, orphan)
    }

    /// Opens a handle in a place.
    #[inline(always)]
    pub fn open(
        &self,
        place: Place<'_>,
        inner: HPy,
        origin: Origin,
        owner: u32,
        opened: Site,
        above: Option<PythonStack>,
    ) -> HPy {
        let Place { index, entry } = place;
        // As wide as a word has room for.
        let round = (entry.round.get() + 1) & Word::ROUNDS;
        let word = Word::beside(index, round).bits();
        entry.word.set(word);
        entry.inner.set(inner);
        entry.opened.set(opened);
        entry.number.set(self.history.count());
        entry.above.set(above);
        entry.round.set(round);
        entry.owner.set(owner);
        entry.burden.set(origin.bits());
        entry.shape.set(0);
        HPy(word)
    }

    /// Tells the Python stack above of a handle that was opened without.
    pub fn set_above(&self, handle: HPy, above: PythonStack) {
        if let Found::Open(index) | Found::Closed(index) = self.find(handle) {
            self.entry(index).above.set(Some(above));
        }
    }

    /// Closes a record that is open. The result is a wrapped handle that has to be
    /// closed, or `HPy_NULL`, as that of [`make_place`](Self::make_place).
    #[inline]
    pub fn close(&self, entry: &Entry, closed: Site) -> HPy {
        if entry.promise() != 0 {
            self.end_promise(entry);
        }
        self.close_plain(entry, closed);
        match self.has_too_many_closed() {
            true => self.free_oldest(),
            false => HPy::NULL,
        }
    }

    /// The same, if nothing is promised with it and there is
    /// [room](Self::has_room) for another one.
    #[inline(always)]
    pub fn close_plain(&self, entry: &Entry, closed: Site) {
        // Whatever was in the word leads here.
        let index = Word::from_bits(entry.word.replace(0)).index();
        entry.closed.set(closed);
        self.closed.push(index, |index| self.entry(index));
    }

    /// Whether one more closed record may be remembered.
    #[inline(always)]
    pub fn has_room(&self) -> bool {
        self.closed.length() < self.max_closed.get()
    }

    fn has_too_many_closed(&self) -> bool {
        self.closed.length() > self.max_closed.get()
    }

    #[cold]
    fn free_oldest(&self) -> HPy {
        let (oldest, orphan) = self.forget_oldest();
        let entry = self.entry(oldest);
        // Words of this round lead nowhere now.
        entry.round.set((entry.round.get() + 1) & Word::ROUNDS);
        self.free.push(oldest, |index| self.entry(index));
        orphan
    }

    /// Takes the record away that was closed first.
    fn forget_oldest(&self) -> (u32, HPy) {
        let index = self.take_first(&self.closed);
        let entry = self.entry(index);
        let number = entry.promise();
        if number != 0 {
            self.promises.borrow_mut().forget(number);
        }
        let is_kept = entry.burden.replace(0) & KEPT != 0;
        let orphan = is_kept.then(|| entry.inner.get());
        (index, orphan.unwrap_or(HPy::NULL))
    }

    /// The first of a chain that is not empty.
    fn take_first(&self, chain: &Chain) -> u32 {
        let index = chain.first();
        chain.pop(self.entry(index));
        index
    }

    /// C must not read the memory any more.
    #[cold]
    fn end_promise(&self, entry: &Entry) {
        if !self.promises.borrow_mut().end(entry.promise()) {
            entry.set_promise(0);
        }
    }

    /// Leaves the wrapped handle of a record that was just closed open until it is
    /// forgotten, which it may be already. Whether it is not.
    pub fn keep(&self, handle: HPy, inner: HPy) -> bool {
        let Found::Closed(index) = self.find(handle) else {
            return false;
        };
        let entry = self.entry(index);
        let is_there = entry.inner.get() == inner;
        if is_there {
            entry.burden.set(entry.burden.get() | KEPT);
        }
        is_there
    }

    pub fn max_closed(&self) -> usize {
        self.max_closed.get() as usize
    }

    pub fn set_max_closed(&self, max: usize) {
        let max = max.try_into().unwrap_or(u32::MAX);
        self.max_closed.set(max);
        self.enough_closed.set(max.max(1));
    }

    /// The record whose promised memory has this address, if it is known.
    pub fn of_address(&self, address: usize) -> Option<Record> {
        let number = self.promises.try_borrow().ok()?.of_address(address)?;
        let has_it = |&index: &u32| self.entry(index).promise() == number;
        (1..self.fresh.get())
            .find(has_it)
            .map(|index| self.get(index))
    }
}
