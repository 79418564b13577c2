//! Records in a queue, and on a stack.

use super::{FreeRecord, HandleRecord};
use std::cell::Cell;

/// Records one after the other. They are named by index, and each names the next.
#[derive(Debug, Default)]
pub(super) struct RecordQueue {
    first: Cell<u32>,
    last: Cell<u32>,
    length: Cell<u32>,
}

impl RecordQueue {
    #[inline(always)]
    pub fn length(&self) -> u32 {
        self.length.get()
    }

    /// The first one, if there is one.
    #[inline(always)]
    pub fn first(&self) -> u32 {
        self.first.get()
    }

    /// Appends the record at `index`; `record` finds others.
    #[inline(always)]
    pub fn push<'a>(&self, index: u32, record: impl FnOnce(u32) -> &'a HandleRecord) {
        let length = self.length.get();
        match length {
            0 => self.first.set(index),
            _ => record(self.last.get()).next.set(index),
        }
        self.last.set(index);
        self.length.set(length + 1);
    }

    /// Takes the first record away, which is `record`; there is one.
    #[inline(always)]
    pub fn pop(&self, record: &HandleRecord) {
        self.first.set(record.next.get());
        self.length.set(self.length.get() - 1);
    }

    /// Appends the record at `index` and takes the first one away, which is `first`;
    /// there is one. `record` finds others.
    #[inline(always)]
    pub fn shift<'a>(
        &self,
        index: u32,
        first: &HandleRecord,
        record: impl FnOnce(u32) -> &'a HandleRecord,
    ) {
        // Of a single one that is this one.
        record(self.last.replace(index)).next.set(index);
        self.first.set(first.next.get());
    }

    /// The indices, the first one first.
    pub fn indices<'a>(
        &self,
        record: impl Fn(u32) -> &'a HandleRecord,
    ) -> impl Iterator<Item = u32> {
        let next = move |&index: &u32| Some(record(index).next.get());
        std::iter::successors(Some(self.first.get()), next).take(self.length.get() as usize)
    }
}

/// Records of which the last one is taken first.
#[derive(Debug, Default)]
pub(super) struct RecordStack {
    /// 0 for none: no record has that index.
    top: Cell<u32>,
}

impl RecordStack {
    #[inline(always)]
    pub fn put(&self, place: FreeRecord<'_>) {
        place.record.next.set(self.top.replace(place.index));
    }

    /// Takes one away, if there is one.
    #[inline(always)]
    pub fn take<'a>(&self, record: impl FnOnce(u32) -> &'a HandleRecord) -> Option<FreeRecord<'a>> {
        let index = self.top.get();
        if index == 0 {
            return None;
        }
        let record = record(index);
        self.top.set(record.next.get());
        Some(FreeRecord { index, record })
    }
}
