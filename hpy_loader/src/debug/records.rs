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

use super::memory::{Arena, Block};
use crate::abi::HPy;
use crate::handles::Word;
use crate::sites::{PythonStack, Site};
use std::collections::VecDeque;

/// Why a handle is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A function of the context returned it. C has to close it.
    Result,
    /// The VM passed it to C, and closes it.
    Argument,
    /// A constant of the context.
    Constant,
}

/// How far a handle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It was never opened, or is forgotten.
    Free,
    Open,
    Closed,
}

/// Memory that is promised to C as long as the handle is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    /// What the wrapped context returned.
    pub source: *const u8,
    /// The copy of it that C got.
    pub block: Block,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// The wrapped context's handle.
    pub inner: HPy,
    pub state: State,
    pub origin: Origin,
    /// The wrapped handle is still open though this one is closed.
    pub is_kept: bool,
    /// The extension.
    pub owner: u32,
    round: u32,
    /// For the leak detector.
    pub generation: i64,
    /// Counts handles as they are opened.
    pub number: u64,
    pub opened: Site,
    pub above: PythonStack,
    pub closed: Site,
    pub promise: Option<Promise>,
}

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

/// All records, and the limits on what is kept of closed ones.
#[derive(Debug)]
pub(super) struct Records {
    records: Vec<Record>,
    closed: VecDeque<u32>,
    free: Vec<u32>,
    opened: u64,
    pub arena: Option<Arena>,
    pub generation: i64,
    pub max_closed: usize,
    pub max_raw: usize,
    raw: usize,
}

const EMPTY: Record = Record {
    inner: HPy::NULL,
    state: State::Free,
    origin: Origin::Constant,
    is_kept: false,
    owner: 0,
    round: 0,
    generation: 0,
    number: 0,
    opened: Site::UNKNOWN,
    above: PythonStack::EMPTY,
    closed: Site::UNKNOWN,
    promise: None,
};

impl Records {
    pub fn new() -> Self {
        Self {
            // Index 0 is not used: its word would be `HPy_NULL`.
            records: vec![EMPTY],
            closed: VecDeque::new(),
            free: Vec::new(),
            opened: 0,
            arena: None,
            generation: 0,
            max_closed: 1024,
            max_raw: 10 << 20,
            raw: 0,
        }
    }

    pub fn get(&self, index: u32) -> &Record {
        &self.records[index as usize]
    }

    pub fn get_mut(&mut self, index: u32) -> &mut Record {
        &mut self.records[index as usize]
    }

    /// The word of a record as it is now.
    pub fn word(&self, index: u32) -> HPy {
        HPy(Word::beside(index, self.get(index).round).bits())
    }

    #[inline]
    pub fn find(&self, handle: HPy) -> Found {
        let Some((index, round)) = Word::from_bits(handle.0).as_beside() else {
            return Found::Nothing;
        };
        let Some(record) = self.records.get(index as usize) else {
            return Found::Nothing;
        };
        match record.state {
            _ if record.round != round => Found::Forgotten,
            State::Open => Found::Open(index),
            State::Closed => Found::Closed(index),
            State::Free => Found::Forgotten,
        }
    }

    /// Opens a handle. The second result is a wrapped handle that has to be
    /// closed, since nothing remembers it any more.
    #[inline]
    pub fn open(
        &mut self,
        inner: HPy,
        origin: Origin,
        owner: u32,
        opened: Site,
        above: PythonStack,
    ) -> (HPy, Option<HPy>) {
        let mut orphan = None;
        let index = if self.closed.len() >= self.max_closed && !self.closed.is_empty() {
            let (index, forgotten) = self.forget_oldest();
            orphan = forgotten;
            index
        } else if let Some(index) = self.free.pop() {
            index
        } else {
            self.records.push(EMPTY);
            (self.records.len() - 1) as u32
        };
        self.opened += 1;
        let (number, generation) = (self.opened, self.generation);
        let record = self.get_mut(index);
        // As wide as a word has room for.
        let round = (record.round + 1) & ((1 << 19) - 1);
        *record = Record {
            inner,
            state: State::Open,
            origin,
            is_kept: false,
            owner,
            round,
            generation,
            number,
            opened,
            above,
            closed: Site::UNKNOWN,
            promise: None,
        };
        (HPy(Word::beside(index, round).bits()), orphan)
    }

    /// Closes a record that is open. The result is as that of
    /// [`open`](Self::open).
    #[inline]
    pub fn close(&mut self, index: u32, closed: Site) -> Option<HPy> {
        let record = &mut self.records[index as usize];
        record.state = State::Closed;
        record.closed = closed;
        if let Some(promise) = record.promise {
            self.end_promise(index, promise);
        }
        self.closed.push_back(index);
        if self.closed.len() <= self.max_closed {
            return None;
        }
        let (oldest, orphan) = self.forget_oldest();
        self.get_mut(oldest).state = State::Free;
        self.free.push(oldest);
        orphan
    }

    /// Takes the record away that was closed first.
    fn forget_oldest(&mut self) -> (u32, Option<HPy>) {
        let index = self.closed.pop_front().expect("the queue is not empty");
        let record = &mut self.records[index as usize];
        let orphan = std::mem::take(&mut record.is_kept).then_some(record.inner);
        if let Some(promise) = record.promise.take() {
            self.raw -= promise.block.size();
            if let Some(arena) = &mut self.arena {
                arena.free(promise.block);
            }
        }
        (index, orphan)
    }

    /// C must not read the memory any more. The pages stay in their place as long
    /// as there are not too many.
    fn end_promise(&mut self, index: u32, promise: Promise) {
        let size = promise.block.size();
        let fits = self.raw + size <= self.max_raw;
        if let Some(arena) = &mut self.arena {
            arena.end(promise.block);
            if !fits {
                arena.free(promise.block);
            }
        }
        match fits {
            true => self.raw += size,
            false => self.get_mut(index).promise = None,
        }
    }

    /// The open records of a generation or a later one, as they were opened.
    pub fn open_since(&self, generation: i64) -> Vec<u32> {
        let mut open: Vec<u32> = (1..self.records.len() as u32)
            .filter(|&index| {
                let record = self.get(index);
                let leaks = record.origin != Origin::Constant || generation == 0;
                record.state == State::Open && leaks && record.generation >= generation
            })
            .collect();
        open.sort_by_key(|&index| self.get(index).number);
        open
    }

    /// The closed records of a generation or a later one, as they were closed.
    pub fn closed_since(&self, generation: i64) -> Vec<u32> {
        let since = |index: &u32| self.get(*index).generation >= generation;
        self.closed.iter().copied().filter(since).collect()
    }

    /// The record whose promised memory has this address, if it is known.
    pub fn of_address(&self, address: usize) -> Option<&Record> {
        self.records.iter().find(|record| {
            record
                .promise
                .is_some_and(|promise| promise.block.contains(address))
        })
    }
}
