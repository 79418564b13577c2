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

use super::memory::{Block, Promises};
use crate::abi::HPy;
use crate::handles::{Reservation, Word};
use crate::sites::{PythonStack, Site};
use std::cell::{Cell, RefCell};

/// Why a handle is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Origin {
    /// A function of the context returned it. C has to close it.
    Result = 0,
    /// The VM passed it to C, and closes it.
    Argument,
    /// A constant of the context.
    Constant,
}

/// How far a handle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum State {
    /// It was never opened, or is forgotten.
    Free = 0,
    Open,
    Closed,
}

/// What is known of one handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// The wrapped context's handle.
    pub inner: HPy,
    pub state: State,
    pub origin: Origin,
    /// The extension.
    pub owner: u32,
    pub opened: Site,
    pub above: PythonStack,
    pub closed: Site,
    /// The copy that C has of memory that is promised with the handle.
    pub promised: Option<Block>,
}

/// A record where it lies. Zeros are one that was never used.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Entry {
    /// The word that C has while it is open, otherwise 0.
    word: Cell<isize>,
    pub inner: Cell<HPy>,
    opened: Cell<Site>,
    closed: Cell<Site>,
    /// Counts handles as they are opened.
    number: Cell<u64>,
    pub owner: Cell<u32>,
    above: Cell<PythonStack>,
    /// How often the record was used.
    round: Cell<u32>,
    /// The next one in the chain that this one is in.
    next: Cell<u32>,
    /// 0, or what there is to do when it is forgotten: [`KEPT`] and the number of
    /// a promise.
    burden: Cell<u32>,
    state: Cell<State>,
    pub origin: Cell<Origin>,
    /// 0, or for which shape the object's type was looked at and found right.
    pub shape: Cell<u8>,
}

const _: () = assert!(size_of::<Entry>() == 64);

/// The wrapped handle is still open though this one is closed.
const KEPT: u32 = 1 << 31;

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

/// Records one after the other.
#[derive(Debug, Default)]
struct Chain {
    first: Cell<u32>,
    last: Cell<u32>,
    length: Cell<u32>,
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
    opened: Cell<u64>,
    /// The number of the last handle before each generation.
    generations: RefCell<Vec<u64>>,
    max_closed: Cell<u32>,
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
            opened: Cell::new(0),
            generations: RefCell::new(vec![0]),
            max_closed: Cell::new(1024),
            promises: RefCell::default(),
        }
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> &Entry {
        // SAFETY: the mask is one less than the power of two that there are; zeros
        // are an entry; there are shared references only.
        unsafe { self.entries.at(index as usize & self.mask) }
    }

    /// The entry of a handle that is open; also of `HPy_NULL`, with that in it.
    #[inline(always)]
    pub fn look(&self, handle: HPy) -> Option<&Entry> {
        let entry = self.entry(Word::from_bits(handle.0).index());
        (entry.word.get() == handle.0).then_some(entry)
    }

    pub fn get(&self, index: u32) -> Record {
        let entry = self.entry(index);
        let state = entry.state.get();
        Record {
            inner: entry.inner.get(),
            state,
            origin: entry.origin.get(),
            owner: entry.owner.get(),
            opened: entry.opened.get(),
            above: entry.above.get(),
            closed: match state {
                State::Closed => entry.closed.get(),
                _ => Site::UNKNOWN,
            },
            promised: match entry.burden.get() & !KEPT {
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
        match entry.state.get() {
            _ if entry.round.get() != round => Found::Forgotten,
            State::Open => Found::Open(index),
            State::Closed => Found::Closed(index),
            State::Free => Found::Forgotten,
        }
    }

    /// Opens a handle. The second result is a wrapped handle that has to be
    /// closed, since nothing remembers it any more, or `HPy_NULL`.
    ///
    /// # Panics
    ///
    /// With more handles open than a word can tell apart.
    #[inline]
    pub fn open(
        &self,
        inner: HPy,
        origin: Origin,
        owner: u32,
        opened: Site,
        above: PythonStack,
    ) -> (HPy, HPy) {
        let mut orphan = HPy::NULL;
        let waiting = self.closed.length.get();
        let index = if waiting >= self.max_closed.get() && waiting != 0 {
            let (index, forgotten) = self.forget_oldest();
            orphan = forgotten;
            index
        } else {
            self.unused()
        };
        let entry = self.entry(index);
        // As wide as a word has room for.
        let round = (entry.round.get() + 1) & Word::ROUNDS;
        let word = Word::beside(index, round).bits();
        let number = self.opened.get() + 1;
        self.opened.set(number);
        entry.word.set(word);
        entry.inner.set(inner);
        entry.opened.set(opened);
        entry.number.set(number);
        entry.owner.set(owner);
        entry.above.set(above);
        entry.round.set(round);
        entry.burden.set(0);
        entry.state.set(State::Open);
        entry.origin.set(origin);
        entry.shape.set(0);
        (HPy(word), orphan)
    }

    /// An entry that does not wait.
    #[inline(never)]
    fn unused(&self) -> u32 {
        if let Some(index) = self.take_first(&self.free) {
            return index;
        }
        let index = self.fresh.get();
        assert!(index as usize <= self.mask, "{index} handles are open");
        self.fresh.set(index + 1);
        index
    }

    /// Closes a record that is open. The result is as that of
    /// [`open`](Self::open).
    #[inline]
    pub fn close(&self, entry: &Entry, closed: Site) -> HPy {
        if entry.burden.get() != 0 {
            self.end_promise(entry);
        }
        self.shut(entry, closed);
        if self.closed.length.get() <= self.max_closed.get() {
            return HPy::NULL;
        }
        self.free_oldest()
    }

    #[inline(always)]
    fn shut(&self, entry: &Entry, closed: Site) {
        // Whatever was in the word leads here.
        let index = Word::from_bits(entry.word.replace(0)).index();
        entry.state.set(State::Closed);
        entry.closed.set(closed);
        self.add_last(&self.closed, index);
    }

    /// As [`close`](Self::close), if nothing else has to be done for it.
    #[inline(always)]
    pub fn try_close(&self, entry: &Entry, closed: Site) -> bool {
        let is_full = self.closed.length.get() >= self.max_closed.get();
        if is_full || entry.burden.get() != 0 {
            return false;
        }
        self.shut(entry, closed);
        true
    }

    #[cold]
    fn free_oldest(&self) -> HPy {
        let (oldest, orphan) = self.forget_oldest();
        self.entry(oldest).state.set(State::Free);
        self.add_last(&self.free, oldest);
        orphan
    }

    /// Takes the record away that was closed first.
    #[inline]
    fn forget_oldest(&self) -> (u32, HPy) {
        let index = self
            .take_first(&self.closed)
            .expect("the queue is not empty");
        // A thousand records don't fit in the nearest cache.
        prefetch(self.entry(self.closed.first.get()));
        let entry = self.entry(index);
        let orphan = match entry.burden.get() {
            0 => HPy::NULL,
            _ => self.unburden(entry),
        };
        (index, orphan)
    }

    #[cold]
    fn unburden(&self, entry: &Entry) -> HPy {
        let burden = entry.burden.replace(0);
        let number = burden & !KEPT;
        if number != 0 {
            self.promises.borrow_mut().forget(number);
        }
        match burden & KEPT {
            0 => HPy::NULL,
            _ => entry.inner.get(),
        }
    }

    #[inline(always)]
    fn add_last(&self, chain: &Chain, index: u32) {
        let length = chain.length.get();
        match length {
            0 => chain.first.set(index),
            _ => self.entry(chain.last.get()).next.set(index),
        }
        chain.last.set(index);
        chain.length.set(length + 1);
    }

    #[inline(always)]
    fn take_first(&self, chain: &Chain) -> Option<u32> {
        let length = chain.length.get().checked_sub(1)?;
        let index = chain.first.get();
        chain.first.set(self.entry(index).next.get());
        chain.length.set(length);
        Some(index)
    }

    /// C must not read the memory any more.
    #[cold]
    fn end_promise(&self, entry: &Entry) {
        let number = entry.burden.get() & !KEPT;
        if !self.promises.borrow_mut().end(number) {
            entry.burden.set(0);
        }
    }

    /// Remembers that memory is promised as long as an open handle is: `number` is
    /// among the [`Promises`].
    pub fn promise(&self, entry: &Entry, number: u32) {
        entry.burden.set(number);
    }

    /// The number of the promise that was made with an open handle, or 0.
    #[inline(always)]
    pub fn promised(&self, entry: &Entry) -> u32 {
        entry.burden.get() & !KEPT
    }

    /// Leaves the wrapped handle of a record that was just closed open until it is
    /// forgotten, which it may be already. Whether it is not.
    pub fn keep(&self, handle: HPy, inner: HPy) -> bool {
        let entry = self.entry(Word::from_bits(handle.0).index());
        let is_there = entry.state.get() == State::Closed && entry.inner.get() == inner;
        if is_there {
            entry.burden.set(entry.burden.get() | KEPT);
        }
        is_there
    }

    /// Starts a generation.
    pub fn new_generation(&self) -> i64 {
        let mut generations = self.generations.borrow_mut();
        generations.push(self.opened.get());
        generations.len() as i64 - 1
    }

    /// The number of the last handle that is older than a generation.
    fn before(&self, generation: i64) -> u64 {
        let generations = self.generations.borrow();
        match usize::try_from(generation) {
            Ok(generation) => generations.get(generation).copied().unwrap_or(u64::MAX),
            Err(_) => 0,
        }
    }

    /// The open records of a generation or a later one, as they were opened.
    pub fn open_since(&self, generation: i64) -> Vec<u32> {
        let before = self.before(generation);
        let mut open: Vec<u32> = (1..self.fresh.get())
            .filter(|&index| {
                let entry = self.entry(index);
                let leaks = entry.origin.get() != Origin::Constant || generation == 0;
                entry.state.get() == State::Open && leaks && entry.number.get() > before
            })
            .collect();
        open.sort_by_key(|&index| self.entry(index).number.get());
        open
    }

    /// The closed records of a generation or a later one, as they were closed.
    pub fn closed_since(&self, generation: i64) -> Vec<u32> {
        let before = self.before(generation);
        let first = self.closed.first.get();
        let next = |&index: &u32| Some(self.entry(index).next.get());
        std::iter::successors(Some(first), next)
            .take(self.closed.length.get() as usize)
            .filter(|&index| self.entry(index).number.get() > before)
            .collect()
    }

    pub fn max_closed(&self) -> usize {
        self.max_closed.get() as usize
    }

    pub fn set_max_closed(&self, max: usize) {
        self.max_closed.set(max.try_into().unwrap_or(u32::MAX));
    }

    /// The record whose promised memory has this address, if it is known.
    pub fn of_address(&self, address: usize) -> Option<Record> {
        let number = self.promises.try_borrow().ok()?.of_address(address)?;
        let has_it = |&index: &u32| self.entry(index).burden.get() & !KEPT == number;
        (1..self.fresh.get())
            .find(has_it)
            .map(|index| self.get(index))
    }
}
