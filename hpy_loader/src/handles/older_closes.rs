//! The deferred closes that are too old for the ring.
//!
//! A call may close any number of handles, and each has to answer until the call is over.
//! What must not grow without bound is a call that goes on for ever, as a main loop in C
//! does. So each time that the number of closes has doubled they are looked through:
//!
//! - Those whose object nobody else keeps any more are closed for good.
//! - If many closes are of few objects, those are found by object from now on, so that an
//!   object that is loaded again gets a handle that it has had already.
//!
//! So there are about as many closes as different objects that live.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::raw_handle::RawHandle;
use super::slot::{Slot, bits};
use super::table::HandleTable;

/// Fewer closes than this are never looked through.
const FEW: usize = 64;

/// With fewer closes than this it does not matter if they are all of one object: to find
/// objects takes more time than it saves memory.
const MANY: usize = 4096;

/// A deferred close, and the number that it had in the ring.
struct OlderClose {
    slot: u32,
    number: u64,
}

#[derive(Default)]
pub(super) struct OlderCloses {
    /// In the order of their numbers. A slot may be here twice, or be open again.
    closes: Vec<OlderClose>,
    /// By the bits of the object, a slot of it, if objects are looked for. The slot may be
    /// another object's by now.
    by_object: Option<FxHashMap<u64, u32>>,
    /// With how many closes they are looked through.
    look_at: usize,
}

impl OlderCloses {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.closes.is_empty()
    }

    /// Adds a close of a slot whose object has these bits. `false` if there is no memory
    /// for it.
    fn push(&mut self, close: OlderClose, bits: u64) -> bool {
        if let Some(by_object) = &mut self.by_object {
            if by_object.get(&bits) == Some(&close.slot) {
                return true;
            }
            if by_object.try_reserve(1).is_err() {
                return false;
            }
            by_object.insert(bits, close.slot);
        }
        let has_room = self.closes.try_reserve(1).is_ok();
        if has_room {
            self.closes.push(close);
        }
        has_room
    }

    /// The latest close, if its number is at least `start`.
    fn pop_since(&mut self, start: u64) -> Option<OlderClose> {
        self.closes.pop_if(|close| close.number >= start)
    }
}

impl<O> HandleTable<O> {
    /// Keeps a close deferred that has left the ring, where it had that number. Objects
    /// that have died meanwhile go to `sink`.
    #[cold]
    #[inline(never)]
    pub(super) fn defer_longer(
        &self,
        index: u32,
        number: u64,
        is_shared: &impl Fn(&O) -> bool,
        sink: &mut impl FnMut(O),
    ) {
        let slot = self.slot(index);
        if !slot.is_close_deferred() {
            // It is open again, and its next close finds it a place, or is another object's.
            return;
        }
        // The table has to have room for what C opens, whatever it has closed.
        let has_room = (self.deferred.older.borrow().closes.len() as u32) < self.capacity() / 2;
        let close = OlderClose {
            slot: index,
            number,
        };
        let push = || self.deferred.older.borrow_mut().push(close, slot.bits());
        if !(has_room && is_kept(slot, is_shared) && push()) {
            self.free_now(slot).into_iter().for_each(sink);
            return;
        }
        for object in self.close_orphans(is_shared) {
            sink(object);
        }
    }

    /// Closes those for good whose object nobody else keeps any more, if it is time to look
    /// for them, and gives the objects.
    fn close_orphans(&self, is_shared: &impl Fn(&O) -> bool) -> Vec<O> {
        let mut older = self.deferred.older.borrow_mut();
        let mut orphans = Vec::new();
        if older.closes.len() < older.look_at.max(FEW) {
            return orphans;
        }
        // What is open again finds its way back here after its next close.
        older.closes.retain(|close| {
            let slot = self.slot(close.slot);
            let is_deferred = slot.is_close_deferred();
            let is_kept = is_deferred && is_kept(slot, is_shared);
            if is_deferred && !is_kept {
                orphans.extend(self.free_now(slot));
            }
            is_kept
        });
        let is_many = older.closes.len() >= MANY;
        if is_many {
            self.look_for_objects(&mut older);
        }
        older.look_at = older.closes.len() * if is_many { 4 } else { 2 };
        orphans
    }

    /// Decides whether objects are looked for.
    #[cold]
    #[inline(never)]
    fn look_for_objects(&self, older: &mut OlderCloses) {
        let bits = |close: &OlderClose| self.slot(close.slot).bits();
        // One object of so many is counted, whether it has one close or all: that tells about
        // how many objects there are, and few ones may all be left out.
        const SAMPLE: u64 = 16;
        let is_in_sample = |bits: &u64| FxBuildHasher.hash_one(bits).is_multiple_of(SAMPLE);
        let sample = older.closes.iter().map(bits).filter(is_in_sample);
        let objects = sample.collect::<FxHashSet<u64>>().len() * SAMPLE as usize;
        if 2 * objects >= older.closes.len() {
            older.by_object = None;
            return;
        }
        let by_object = older.closes.iter().map(|close| (bits(close), close.slot));
        older.by_object = Some(by_object.collect());
        // A slot that is here twice was closed last in the inner call.
        let mut seen = FxHashSet::default();
        older.closes.reverse();
        older.closes.retain(|close| seen.insert(close.slot));
        older.closes.reverse();
    }

    /// Another reference to a handle whose close is older than the ring, or was; see
    /// [`revive`](HandleTable::revive).
    #[cold]
    #[inline(never)]
    pub(super) fn revive_older(&self, object: &O) -> Option<RawHandle> {
        let older = self.deferred.older.borrow();
        let index = *older.by_object.as_ref()?.get(&bits(object))?;
        let slot = self.slot(index);
        let word = RawHandle::slot(index, slot.generation());
        (slot.is_open() && slot.revive(word, object)).then_some(word)
    }

    /// Closes for good what was deferred since `start`.
    #[cold]
    #[inline(never)]
    pub(super) fn end_older_since(&self, start: u64, mut sink: impl FnMut(O)) {
        // The sink must find the closes unborrowed.
        let pop = || self.deferred.older.borrow_mut().pop_since(start);
        while let Some(close) = pop() {
            let slot = self.slot(close.slot);
            if slot.is_close_deferred() {
                self.free_now(slot).into_iter().for_each(&mut sink);
            }
        }
        let mut older = self.deferred.older.borrow_mut();
        if older.closes.is_empty() {
            // With the memory of a call that has closed a million.
            *older = OlderCloses::default();
        }
    }
}

/// Whether something else than the table keeps the object of an occupied slot alive.
pub(super) fn is_kept<O>(slot: &Slot<O>, is_shared: impl Fn(&O) -> bool) -> bool {
    // SAFETY: the slot is occupied, and nobody writes to it while the caller looks.
    slot.is_pinned() || is_shared(unsafe { slot.object() })
}
