//! Which handles are older than others.

use super::{Origin, Records};
use std::cell::{Cell, RefCell};

/// Counts handles, and remembers where generations began.
#[derive(Debug)]
pub(super) struct Generations {
    opened: Cell<u64>,
    /// The number of the last handle before each generation.
    generations: RefCell<Vec<u64>>,
}

impl Generations {
    pub fn new() -> Self {
        Self {
            opened: Cell::new(0),
            generations: RefCell::new(vec![0]),
        }
    }

    /// The number of a new handle.
    #[inline(always)]
    pub fn count(&self) -> u64 {
        let number = self.opened.get() + 1;
        self.opened.set(number);
        number
    }

    /// The number of the last handle that is older than a generation.
    fn before(&self, generation: i64) -> u64 {
        let generations = self.generations.borrow();
        match usize::try_from(generation) {
            Ok(generation) => generations.get(generation).copied().unwrap_or(u64::MAX),
            Err(_) => 0,
        }
    }
}

impl Records {
    /// Starts a generation.
    pub fn new_generation(&self) -> i64 {
        let mut generations = self.generations.generations.borrow_mut();
        generations.push(self.generations.opened.get());
        generations.len() as i64 - 1
    }

    /// How many handles there have been.
    #[inline]
    pub fn opened(&self) -> u64 {
        self.generations.opened.get()
    }

    /// Whether something belongs to a generation or a later one that was made when
    /// there had been so many handles.
    pub fn is_since(&self, opened: u64, generation: i64) -> bool {
        opened >= self.generations.before(generation)
    }

    /// The open records of a generation or a later one, as they were opened.
    pub fn open_since(&self, generation: i64) -> Vec<u32> {
        let before = self.generations.before(generation);
        let mut open: Vec<u32> = (1..self.fresh.get())
            .filter(|&index| {
                let record = self.record(index);
                let leaks = record.origin() != Origin::Constant || generation == 0;
                record.is_open() && leaks && record.number() > before
            })
            .collect();
        open.sort_by_key(|&index| self.record(index).number());
        open
    }

    /// The closed records of a generation or a later one, as they were closed.
    pub fn closed_since(&self, generation: i64) -> Vec<u32> {
        let before = self.generations.before(generation);
        let closed = self.closed.indices(|index| self.record(index));
        closed
            .filter(|&index| self.record(index).number() > before)
            .collect()
    }
}
