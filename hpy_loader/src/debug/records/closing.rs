//! Closing handles, and what is kept of closed ones.

use super::handle_record::{HandleRecord, KEPT, LASTING};
use super::{Found, FreeRecord, Records};
use crate::abi::HPy;
use crate::handles::Word;
use crate::sites::Site;

/// Has the processor bring near what is needed soon.
#[inline(always)]
fn prefetch(entry: &HandleRecord) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: it reads nothing, and every x86-64 has it.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = entry;
}

impl Records {
    /// Closes a record that is open. The result is a wrapped handle that has to be
    /// closed, or `HPy_NULL`, as that of [`make_place`](Self::make_place).
    #[inline(always)]
    pub fn close(&self, entry: &HandleRecord, closed: Site) -> HPy {
        if entry.buffer() != 0 {
            self.end_buffer(entry);
        }
        match self.room() {
            Some(oldest) => {
                self.close_plain(entry, closed, oldest);
                HPy::NULL
            }
            None => self.close_beyond(entry, closed),
        }
    }

    /// The same, if nothing is promised with it and there is [room](Self::room).
    #[inline(always)]
    pub fn close_plain(&self, entry: &HandleRecord, closed: Site, oldest: FreeRecord<'_>) {
        let index = self.mark_closed(entry, closed);
        self.closed
            .shift(index, oldest.entry, |index| self.entry(index));
        self.free.put(oldest);
        // A thousand records don't fit in the nearest cache.
        prefetch(self.entry(self.closed.first()));
    }

    /// The record that makes room for one more that is closed, if that is simple: there
    /// are as many as there may be, as almost always, and nothing ends with the first.
    #[inline(always)]
    pub fn room(&self) -> Option<FreeRecord<'_>> {
        let oldest = self.oldest();
        let is_plain =
            self.closed.length() == self.full.get() && oldest.entry.burden() & LASTING == 0;
        is_plain.then_some(oldest)
    }

    #[cold]
    #[inline(never)]
    fn close_beyond(&self, entry: &HandleRecord, closed: Site) -> HPy {
        let index = self.mark_closed(entry, closed);
        self.closed.push(index, |index| self.entry(index));
        if self.closed.length() <= self.max_closed.get() {
            return HPy::NULL;
        }
        let (place, orphan) = self.forget_oldest();
        // Its words lead nowhere now.
        let next = place.entry.last_word().next_round();
        place.entry.word.set(!next.bits());
        match self.closed.length() > self.max_closed.get() {
            true => self.spare.put(place),
            false => self.free.put(place),
        }
        orphan
    }

    /// Closes it; its index.
    #[inline(always)]
    fn mark_closed(&self, entry: &HandleRecord, closed: Site) -> u32 {
        // What is in the word leads here.
        let word = entry.word.get();
        let index = Word::from_bits(word).index();
        entry.word.set(!word);
        entry.closed.set(closed);
        index
    }

    /// The record that was closed first; if there is none, some other.
    #[inline(always)]
    fn oldest(&self) -> FreeRecord<'_> {
        let index = self.closed.first();
        let entry = self.entry(index);
        FreeRecord { index, entry }
    }

    /// Takes the record away that was closed first; there is one.
    pub(super) fn forget_oldest(&self) -> (FreeRecord<'_>, HPy) {
        let place = self.oldest();
        let entry = place.entry;
        self.closed.pop(entry);
        let number = entry.buffer();
        if number != 0 {
            self.buffers.borrow_mut().forget(number);
        }
        let is_kept = entry.burden() & KEPT != 0;
        entry.set_burden(0);
        let orphan = is_kept.then(|| entry.inner.get());
        (place, orphan.unwrap_or(HPy::NULL))
    }

    /// C must not read the memory any more.
    #[cold]
    fn end_buffer(&self, entry: &HandleRecord) {
        if !self.buffers.borrow_mut().end(entry.buffer()) {
            entry.set_buffer(0);
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
            entry.set_burden(entry.burden() | KEPT);
        }
        is_there
    }

    pub fn max_closed(&self) -> usize {
        self.max_closed.get() as usize
    }

    pub fn set_max_closed(&self, max: usize) {
        let max = max.try_into().unwrap_or(u32::MAX);
        self.max_closed.set(max);
        self.full.set(if max == 0 { u32::MAX } else { max });
        if self.closed.length() > max {
            // What is too much is used again first, as HPy's debug mode has it.
            while let Some(place) = self.free.take(|index| self.entry(index)) {
                self.spare.put(place);
            }
        }
    }
}
