//! Closing handles, and what is kept of closed ones.

use super::super::state::Debug;
use super::handle_record::{HandleRecord, KEPT, LASTING};
use super::{FreeRecord, Records};
use crate::abi::HPy;
use crate::handles::RawHandle;
use crate::sites::Site;

/// Has the processor fetch a record that is needed soon.
#[inline(always)]
fn prefetch(record: &HandleRecord) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: it reads nothing, and every x86-64 has it.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(record).cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = record;
}

impl Records {
    /// Closes a record that is open. The result is a wrapped handle that has to be
    /// closed, or `HPy_NULL`, as that of [`make_place`](Self::make_place).
    #[inline(always)]
    pub fn close(&self, record: &HandleRecord, closed: Site) -> HPy {
        if record.buffer() != 0 {
            self.end_buffer(record);
        }
        match self.room() {
            Some(oldest) => {
                self.close_plain(record, closed, oldest);
                HPy::NULL
            }
            None => self.close_beyond(record, closed),
        }
    }

    /// The same for a handle without a borrowed buffer, if there is [room](Self::room).
    #[inline(always)]
    pub fn close_plain(&self, record: &HandleRecord, closed: Site, oldest: FreeRecord<'_>) {
        let index = self.mark_closed(record, closed);
        self.shift_closed(index, oldest.record);
        self.put(&self.free, oldest);
        // A thousand records don't fit in the nearest cache.
        prefetch(self.record(self.closed.first.get()));
    }

    /// The record that leaves the queue when one more is closed, if that is simple: the
    /// queue is full, as almost always, and nothing ends with the oldest record.
    #[inline(always)]
    pub fn room(&self) -> Option<FreeRecord<'_>> {
        let oldest = self.oldest();
        let is_full = self.closed.length.get() == self.full.get();
        let is_plain = is_full && oldest.record.flags() & LASTING == 0;
        is_plain.then_some(oldest)
    }

    #[cold]
    #[inline(never)]
    fn close_beyond(&self, record: &HandleRecord, closed: Site) -> HPy {
        let index = self.mark_closed(record, closed);
        self.push_closed(index);
        let length = self.closed.length.get();
        if length <= self.max_closed.get() {
            return HPy::NULL;
        }
        let (place, orphan) = self.forget_oldest();
        // Words of its former handles lead nowhere from here on.
        if !place.is_used_up() {
            let next = place.record.last_word().next_round();
            place.record.word.set(!next.bits());
        }
        let stack = match length - 1 > self.max_closed.get() {
            true => &self.spare,
            false => &self.free,
        };
        self.put(stack, place);
        orphan
    }

    /// Marks an open record as closed; returns its index.
    #[inline(always)]
    fn mark_closed(&self, record: &HandleRecord, closed: Site) -> u32 {
        let word = record.word.get();
        let index = RawHandle::from_bits(word).index();
        record.word.set(!word);
        record.closed.set(closed);
        index
    }

    /// The oldest closed record, or any record if there is none.
    #[inline(always)]
    fn oldest(&self) -> FreeRecord<'_> {
        let index = self.closed.first.get();
        let record = self.record(index);
        FreeRecord { index, record }
    }

    /// Removes the oldest closed record; there is one.
    pub(super) fn forget_oldest(&self) -> (FreeRecord<'_>, HPy) {
        let place = self.oldest();
        let record = place.record;
        self.closed.first.set(record.next.get());
        self.closed.length.set(self.closed.length.get() - 1);
        let number = record.buffer();
        if number != 0 {
            self.buffers.borrow_mut().forget(number);
        }
        let is_kept = record.flags() & KEPT != 0;
        record.set_flags(0);
        let orphan = is_kept.then(|| record.inner.get());
        (place, orphan.unwrap_or(HPy::NULL))
    }

    /// C must not read the memory any more.
    #[cold]
    fn end_buffer(&self, record: &HandleRecord) {
        if !self.buffers.borrow_mut().end(record.buffer()) {
            record.set_buffer(0);
        }
    }

    /// Leaves the wrapped handle of a record that was just closed open until it is
    /// forgotten, which it may be already. Whether it is not.
    pub fn keep(&self, handle: HPy, inner: HPy) -> bool {
        let record = self.of_word(handle);
        let is_it = |record: &&HandleRecord| !record.is_open() && record.inner.get() == inner;
        let record = record.filter(is_it);
        if let Some(record) = record {
            record.set_flags(record.flags() | KEPT);
        }
        record.is_some()
    }
}

impl Debug {
    /// Closes a handle on behalf of nobody.
    pub fn force_close(&self, index: u32) {
        let handle = HPy(self.records.record(index).last_word().bits());
        if let Some(record) = self.records.look_open(handle) {
            let inner = self.close_record(record, Site::UNKNOWN);
            self.close_inner(inner);
        }
    }

    /// How many closed handles are remembered.
    pub fn max_closed(&self) -> usize {
        self.records.max_closed.get() as usize
    }

    /// Sets how many closed handles are remembered.
    pub fn set_max_closed(&self, max: usize) {
        let max = max.try_into().unwrap_or(u32::MAX);
        let records = &self.records;
        records.max_closed.set(max);
        records.full.set(if max == 0 { u32::MAX } else { max });
        if records.closed.length.get() > max {
            // What is too much is used again first, as HPy's debug mode has it.
            while let Some(place) = records.take(&records.free) {
                records.put(&records.spare, place);
            }
        }
    }
}
