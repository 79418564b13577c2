//! The closed records in a queue, and free ones on stacks: each record names the next.

use super::{FreeRecord, HandleRecord, Records};
use std::cell::Cell;

/// Records one after the other, by index.
#[derive(Debug, Default)]
pub(super) struct RecordQueue {
    /// The first one, if there is one.
    pub first: Cell<u32>,
    pub last: Cell<u32>,
    pub length: Cell<u32>,
}

/// The record that was put there last, or 0: no record has that index.
pub(super) type RecordStack = Cell<u32>;

impl Records {
    /// Appends a record to the closed ones.
    pub(super) fn push_closed(&self, index: u32) {
        let RecordQueue {
            first,
            last,
            length,
        } = &self.closed;
        match length.get() {
            0 => first.set(index),
            _ => self.record(last.get()).next.set(index),
        }
        last.set(index);
        length.set(length.get() + 1);
    }

    /// Appends a record to the closed ones and takes the first one away, which is
    /// `first`; there is one.
    #[inline(always)]
    pub(super) fn shift_closed(&self, index: u32, first: &HandleRecord) {
        // Of a single one that is this one.
        let last = self.closed.last.replace(index);
        self.record(last).next.set(index);
        self.closed.first.set(first.next.get());
    }

    #[inline(always)]
    pub(super) fn put(&self, stack: &RecordStack, place: FreeRecord<'_>) {
        if place.is_used_up() {
            return;
        }
        place.record.next.set(stack.replace(place.index));
    }

    /// Takes a record off a stack, if there is one.
    #[inline(always)]
    pub(super) fn take(&self, stack: &RecordStack) -> Option<FreeRecord<'_>> {
        let index = stack.get();
        if index == 0 {
            return None;
        }
        let record = self.record(index);
        stack.set(record.next.get());
        Some(FreeRecord { index, record })
    }
}
