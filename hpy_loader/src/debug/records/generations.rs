//! Which handles are older than others.

use super::super::state::Debug;
use super::{HandleView, Origin, Records};

impl Records {
    /// The number of the last handle that is older than a generation.
    fn before(&self, generation: i64) -> u64 {
        let generations = self.generations.borrow();
        match usize::try_from(generation) {
            Ok(generation) => generations.get(generation).copied().unwrap_or(u64::MAX),
            Err(_) => 0,
        }
    }

    /// Whether something belongs to a generation or a later one that was made when
    /// there had been so many handles.
    pub fn is_since(&self, opened: u64, generation: i64) -> bool {
        opened >= self.before(generation)
    }
}

/// All of it needs the HPy lock.
impl Debug {
    /// Starts a generation: handles that are opened from here on belong to it.
    pub fn new_generation(&self) -> i64 {
        let mut generations = self.records.generations.borrow_mut();
        generations.push(self.records.opened.get());
        generations.len() as i64 - 1
    }

    /// The same, unless something else is at work on the generations.
    pub(in crate::debug) fn try_new_generation(&self) -> Option<i64> {
        drop(self.records.generations.try_borrow_mut().ok()?);
        Some(self.new_generation())
    }

    /// The handles of a generation or a later one that are open, as they were
    /// opened.
    pub fn open_handles(&self, generation: i64) -> Vec<HandleView> {
        let records = &self.records;
        let before = records.before(generation);
        let is_meant = |&index: &u32| {
            let record = records.record(index);
            let leaks = record.origin() != Origin::Constant || generation == 0;
            record.is_open() && leaks && record.number.get() > before
        };
        let mut open: Vec<u32> = (1..records.fresh.get()).filter(is_meant).collect();
        open.sort_by_key(|&index| records.record(index).number.get());
        open.into_iter().map(|index| records.view(index)).collect()
    }

    /// The handles of a generation or a later one that were closed and are
    /// remembered, as they were closed.
    pub fn closed_handles(&self, generation: i64) -> Vec<HandleView> {
        let records = &self.records;
        let before = records.before(generation);
        let next = |&index: &u32| Some(records.record(index).next.get());
        std::iter::successors(Some(records.closed.first.get()), next)
            .take(records.closed.length.get() as usize)
            .filter(|&index| records.record(index).number.get() > before)
            .map(|index| records.view(index))
            .collect()
    }

    /// The record of a handle as it is now.
    pub fn view(&self, index: u32) -> HandleView {
        self.records.view(index)
    }
}
