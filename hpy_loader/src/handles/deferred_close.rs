//! Deferred closes: handles that are closed and can still be used for a while.
//!
//! Extensions use handles after closing them. On CPython a handle is the
//! object's address, so they get away with it as long as something else keeps
//! the object alive, and binaries that do so are in use. Here the table defers
//! the close of such a handle: its use count is 0 and a second close is a surplus
//! one, but its word still answers.
//!
//! The price is a reference that is given up later than C closed it, so the table
//! chooses with care:
//!
//! - It defers only for objects that somebody else keeps alive
//!   ([`HandleTable::close_deferred`] asks). Any other object dies when C closes its
//!   last handle, as the finalizer and the extension expect; CPython would have freed
//!   the memory as well.
//! - It defers only until the call of C that closed the handle returns: an
//!   [`ArgumentScope`] finishes what was deferred in its time. Python code in between can
//!   see an object die late; Python code afterwards can't.
//!
//! The last [`PLACES`] closes have a place in a ring, for speed; the others are
//! [older closes](super::older_closes), since a call may close millions.
//!
//! There is a gain as well. C loads the same objects again and again: a type, a
//! field, the items of a tuple. The close of the latest handle of such an object is often
//! deferred, and to open one again ([`HandleTable::revive`]) takes that slot: no root is
//! made, and none is dropped at the next close, which on a VM with threads are two atomic
//! operations: `HPy_Type` takes 3.7 ns and not 18, and the mean of the comparison's rows in
//! C would be 1.11 of what it is. The revived handle is the word that was closed, as on CPython: what C still
//! has of it keeps answering. Whoever closes that word once too often takes a reference of
//! the new handle, as with a duplicate; the new handle answers until the call is over all the same.
//!
//! [`ArgumentScope`]: super::ArgumentScope

use std::cell::{Cell, RefCell};

use super::older_closes::{OlderCloses, is_kept};
use super::raw_handle::RawHandle;
use super::slot::{Slot, bits};
use super::table::HandleTable;

/// How many closes are in the ring. The slots should all stay in the nearest cache.
const PLACES: usize = 32;
const _: () = assert!(PLACES.is_power_of_two());

/// The slots whose handles wait for their close, the latest on top, in a ring that gives up the
/// oldest.
///
/// They are kept by index: when a slot of them is opened again, nothing has to be
/// told here. One that has been closed for good may be another handle's by now, and
/// that one may wait as well; then it waits for a shorter time.
pub(super) struct DeferredCloses {
    places: [Cell<RingPlace>; PLACES],
    /// By the bits of the object: what has a place in the ring.
    recent: [RecentHandle; PLACES],
    /// How many there have been, less those that a scope has ended.
    top: Cell<u64>,
    /// Scopes that have not ended.
    scopes: Cell<u32>,
    /// What has left the ring.
    pub(super) older: RefCell<OlderCloses>,
}

#[derive(Clone, Copy, Default)]
struct RingPlace {
    /// 0 is none.
    slot: u32,
    /// Where it is in `recent`, if it is still there.
    recent: u32,
}

/// A handle that is in the ring. When it leaves the ring it leaves here, too.
struct RecentHandle {
    /// Or `HPy_NULL`.
    word: Cell<RawHandle>,
    /// Which number it got in the ring, without the upper bits.
    number: Cell<u32>,
}

impl DeferredCloses {
    pub(super) fn new() -> Self {
        DeferredCloses {
            places: std::array::from_fn(|_| Cell::default()),
            recent: std::array::from_fn(|_| RecentHandle {
                word: Cell::new(RawHandle::NULL),
                number: Cell::default(),
            }),
            top: Cell::default(),
            scopes: Cell::default(),
            older: RefCell::default(),
        }
    }

    /// Where in `recent` to look for a slot of the object with these bits.
    #[inline(always)]
    fn hash(bits: u64) -> usize {
        // Addresses of objects differ in their middle, which the golden ratio carries
        // to the top.
        let product = (bits as u32).wrapping_mul(0x9E37_79B9);
        (product >> (u32::BITS - PLACES.ilog2())) as usize
    }

    /// Puts something into the place of that number and returns the slot that leaves
    /// it, or 0.
    #[inline(always)]
    fn replace(&self, number: u64, place: RingPlace) -> u32 {
        let at = number as usize % PLACES;
        let old = self.places[at].replace(place);
        let recent = &self.recent[old.recent as usize];
        // The slot may have got another place, or have lost its own to this.
        let is_there = recent.word.get().index() == old.slot;
        if is_there && recent.number.get() as usize % PLACES == at {
            recent.word.set(RawHandle::NULL);
        }
        old.slot
    }

    /// Starts a scope. The number is for [`HandleTable::finish_deferred`].
    #[inline]
    pub(super) fn begin(&self) -> u64 {
        self.scopes.set(self.scopes.get() + 1);
        self.top.get()
    }
}

/// The one reference that is left to an open handle.
pub struct LastReference<'t, O> {
    pub(super) slot: &'t Slot<O>,
    pub(super) word: RawHandle,
}

impl<O> HandleTable<O> {
    /// Gives up one reference like [`release`](Self::release), for a handle that
    /// C closes: if it is the last one and `is_shared` knows of other references
    /// to the object, the close is deferred. Objects for the caller to drop go to `sink`:
    /// this one, or others whose close need not be deferred any longer.
    #[inline]
    pub fn close_deferred(
        &self,
        word: RawHandle,
        is_shared: impl Fn(&O) -> bool,
        mut sink: impl FnMut(O),
    ) {
        match self.lookup(word) {
            Some(slot) if slot.refs() == 1 => {
                self.close_last_deferred(LastReference { slot, word }, is_shared, sink);
            }
            _ => self.release(word).freed().into_iter().for_each(&mut sink),
        }
    }

    /// [`close_deferred`](Self::close_deferred) for a handle that has just been looked up.
    #[inline]
    pub fn close_last_deferred(
        &self,
        LastReference { slot, word }: LastReference<'_, O>,
        is_shared: impl Fn(&O) -> bool,
        mut sink: impl FnMut(O),
    ) {
        if is_kept(slot, &is_shared) {
            slot.set_refs(0);
            self.defer_close(slot, word, is_shared, sink);
        } else if let Some(object) = self.free_now(slot) {
            sink(object);
        }
    }

    /// Whether the handle of a slot has a place in the ring, as when it was opened again.
    #[inline(always)]
    fn has_place(&self, slot: &Slot<O>, word: RawHandle) -> bool {
        self.deferred.recent[DeferredCloses::hash(slot.bits())]
            .word
            .get()
            == word
    }

    /// [`close_last_deferred`](Self::close_last_deferred) in the case that a shared object was opened
    /// again, and has its place in the ring still. `false`, and nothing happens, in
    /// any other.
    #[inline(always)]
    pub fn defer_again(
        &self,
        last: &LastReference<'_, O>,
        is_shared: impl FnOnce(&O) -> bool,
    ) -> bool {
        let &LastReference { slot, word } = last;
        // SAFETY: an open slot is occupied, and the caller only looks.
        let is_deferred = self.has_place(slot, word) && is_shared(unsafe { slot.object() });
        if is_deferred {
            slot.set_refs(0);
        }
        is_deferred
    }

    #[inline]
    fn defer_close(
        &self,
        slot: &Slot<O>,
        word: RawHandle,
        is_shared: impl Fn(&O) -> bool,
        mut sink: impl FnMut(O),
    ) {
        if self.has_place(slot, word) {
            return;
        }
        let deferred = &self.deferred;
        let recent = DeferredCloses::hash(slot.bits());
        let place = RingPlace {
            slot: word.index(),
            recent: recent as u32,
        };
        let top = deferred.top.get();
        deferred.top.set(top + 1);
        let oldest = deferred.replace(top, place);
        let recent = &deferred.recent[recent];
        recent.word.set(word);
        recent.number.set(top as u32);
        if oldest != 0 {
            self.defer_longer(
                oldest,
                top.saturating_sub(PLACES as u64),
                &is_shared,
                &mut sink,
            );
        }
    }

    /// A handle of the object that `object` is a root of, without a new root: one whose
    /// close is deferred, or was before it was opened again. It is the same word, with one
    /// reference more.
    ///
    /// Two roots with the same bits must be of the same object.
    #[inline]
    pub fn revive(&self, object: &O) -> Option<RawHandle> {
        self.revive_recent(object, |index| self.slot(index))
            .or_else(|| self.revive_older(object))
    }

    /// [`revive`](Self::revive) as far as the ring knows, with a lookup of the caller's own.
    #[inline(always)]
    pub(super) fn revive_recent<'t>(
        &'t self,
        object: &O,
        slot: impl FnOnce(u32) -> &'t Slot<O>,
    ) -> Option<RawHandle> {
        let hash = DeferredCloses::hash(bits(object));
        let word = self.deferred.recent[hash].word.get();
        slot(word.index()).revive(word, object).then_some(word)
    }

    /// Ends a scope that began with `start`, and all closes deferred since.
    #[inline(always)]
    pub(super) fn finish_deferred(&self, start: u64, sink: impl FnMut(O)) {
        let deferred = &self.deferred;
        deferred.scopes.set(deferred.scopes.get() - 1);
        // Scopes of several threads do not end in the order in which they
        // began. What is left behind then goes with the last one.
        let start = if deferred.scopes.get() == 0 { 0 } else { start };
        if deferred.top.get() > start {
            self.end_those_since(start, sink);
        }
    }

    #[inline(never)]
    fn end_those_since(&self, start: u64, mut sink: impl FnMut(O)) {
        let deferred = &self.deferred;
        while deferred.top.get() > start {
            let top = deferred.top.get() - 1;
            let index = deferred.replace(top, RingPlace::default());
            // Further down there is nothing: the ring has gone round once.
            deferred.top.set(if index == 0 { start } else { top });
            if let Some(object) = self.end(index) {
                sink(object);
            }
        }
        if !deferred.older.borrow().is_empty() {
            self.end_older_since(start, sink);
        }
    }

    /// Closes a slot for good, if its close is deferred.
    fn end(&self, index: u32) -> Option<O> {
        let slot = self.slot(index);
        let is_deferred = slot.is_close_deferred();
        is_deferred.then(|| self.free_now(slot)).flatten()
    }

    /// Whether `word` can be used though it is closed. Counts nothing.
    pub fn is_close_deferred(&self, word: RawHandle) -> bool {
        self.lookup(word).is_some_and(|slot| slot.refs() == 0)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::handles::{ArgumentScope, Closed};

    /// C closes a handle; gives what is dropped then.
    fn close(table: &HandleTable<Rc<u32>>, word: RawHandle) -> Vec<u32> {
        let mut dropped = Vec::new();
        table.close_deferred(
            word,
            |object| Rc::strong_count(object) > 1,
            |object| dropped.push(*object),
        );
        dropped
    }

    #[test]
    fn a_shared_object_can_be_used_until_the_frame_ends() {
        let table = HandleTable::with_capacity(100).expect("small");
        let object = Rc::new(1);
        let frame = ArgumentScope::new(&table);
        let word = table.open(Rc::clone(&object)).expect("room");
        assert_eq!(close(&table, word), []);
        assert_eq!(table.open_count(), 0);
        assert!(table.is_close_deferred(word));
        assert_eq!(table.pin(word).as_deref(), Some(&object));
        assert_eq!(table.take(word).as_ref(), Some(&object), "a clone");
        assert_eq!(table.close(word), Closed::Stale);
        assert_eq!(close(&table, word), []);
        assert_eq!(table.counters().stale_closes, 2);
        assert_eq!(frame.finish().len(), 1);
        assert!(!table.is_open(word) && table.pin(word).is_none());
        assert_eq!(Rc::strong_count(&object), 1);
    }

    #[test]
    fn an_object_of_nobody_else_dies_at_once() {
        let table = HandleTable::with_capacity(100).expect("small");
        let frame = ArgumentScope::new(&table);
        let word = table.open(Rc::new(1)).expect("room");
        assert_eq!(close(&table, word), [1]);
        assert!(!table.is_open(word));
        assert!(frame.finish().is_empty());
    }

    #[test]
    fn a_duplicate_opens_it_again() {
        let table = HandleTable::with_capacity(100).expect("small");
        let object = Rc::new(1);
        let frame = ArgumentScope::new(&table);
        let word = table.open(Rc::clone(&object)).expect("room");
        close(&table, word);
        assert_eq!(table.dup(word), Ok(word));
        assert_eq!(table.open_count(), 1);
        assert!(frame.finish().is_empty(), "C has a reference again");
        assert_eq!(table.close(word), Closed::Freed(()));
        assert_eq!((table.open_count(), Rc::strong_count(&object)), (0, 1));
    }

    #[test]
    fn all_closes_of_a_call_are_deferred() {
        let table = HandleTable::with_capacity(100_000).expect("small");
        let objects: Vec<Rc<u32>> = (0..10_000).map(Rc::new).collect();
        let outer = ArgumentScope::new(&table);
        let open = |object: &Rc<u32>| table.open(Rc::clone(object)).expect("room");
        let close_each = |objects: &[Rc<u32>]| -> Vec<RawHandle> {
            let words: Vec<_> = objects.iter().map(open).collect();
            words.iter().for_each(|&word| drop(close(&table, word)));
            words
        };
        let early = close_each(&objects[..100]);
        let inner = ArgumentScope::new(&table);
        let late = close_each(&objects[100..]);
        assert!(late.iter().all(|&word| table.is_close_deferred(word)));
        for (word, object) in late.iter().zip(&objects[100..]) {
            assert_eq!(table.pin(*word).as_deref(), Some(object));
        }
        inner.finish();
        assert!(!late.iter().any(|&word| table.is_open(word)));
        assert!(early.iter().all(|&word| table.is_close_deferred(word)));
        outer.finish();
        assert!(!early.iter().any(|&word| table.is_open(word)));
        assert!(objects.iter().all(|object| Rc::strong_count(object) == 1));
    }

    #[test]
    fn a_call_without_end_defers_about_as_many_closes_as_objects_live() {
        let table = HandleTable::with_capacity(1_000_000).expect("small");
        let call = ArgumentScope::new(&table);
        // What C keeps loading, and what lives for a while only.
        let objects: Vec<Rc<u32>> = (0..1000).map(Rc::new).collect();
        let mut young = std::collections::VecDeque::new();
        for round in 0..100_000 {
            let object = &objects[round % objects.len()];
            let word = table.revive(object);
            let word = word.unwrap_or_else(|| table.open(Rc::clone(object)).expect("room"));
            close(&table, word);
            let object = Rc::new(0);
            close(&table, table.open(Rc::clone(&object)).expect("room"));
            young.push_back(object);
            young.truncate(10);
            young.rotate_right(1);
        }
        let mut deferred = 0;
        table.for_each_root(|_| deferred += 1);
        assert!(deferred < 10 * objects.len(), "{deferred}");
        call.finish();
        assert!(objects.iter().all(|object| Rc::strong_count(object) == 1));
    }

    #[test]
    fn few_objects_have_few_closes_whichever_they_are() {
        for first in 0..100 {
            // These objects are their bits. The ring finds no more than one of them at a time.
            let table = HandleTable::<u64>::with_capacity(1_000_000).expect("small");
            let call = ArgumentScope::new(&table);
            let hash = DeferredCloses::hash(first);
            let alike = (first..).filter(|&object| DeferredCloses::hash(object) == hash);
            let objects: Vec<u64> = alike.take(2).collect();
            for object in objects.iter().cycle().take(20_000) {
                let word = table.revive(object);
                let word = word.unwrap_or_else(|| table.open(*object).expect("room"));
                table.close_deferred(word, |_| true, |_| panic!("it is kept"));
            }
            let mut deferred = 0;
            table.for_each_root(|_| deferred += 1);
            assert!(deferred < 6000, "{objects:?}: {deferred}");
            call.finish();
        }
    }

    #[test]
    fn what_is_closed_leaves_room_for_what_is_open() {
        let table = HandleTable::with_capacity(1000).expect("small");
        let object = Rc::new(1);
        let call = ArgumentScope::new(&table);
        for _ in 0..10_000 {
            let word = table.open(Rc::clone(&object)).expect("room");
            close(&table, word);
        }
        call.finish();
        assert_eq!(Rc::strong_count(&object), 1);
    }

    #[test]
    fn a_handle_is_opened_again() {
        let table = HandleTable::with_capacity(1000).expect("small");
        let (object, other) = (Rc::new(1), Rc::new(2));
        let frame = ArgumentScope::new(&table);
        assert_eq!(table.revive(&object), None);
        let word = table.open(Rc::clone(&object)).expect("room");
        assert_eq!(table.revive(&object), None, "it was never closed");
        for _ in 0..5 * PLACES {
            assert_eq!(close(&table, word), []);
            assert_eq!(table.revive(&object), Some(word));
            assert_eq!(table.revive(&object), Some(word), "it is C's again");
            assert_eq!(table.revive(&other), None);
            assert_eq!(table.close(word), Closed::StillOpen);
            assert_eq!((table.open_count(), Rc::strong_count(&object)), (1, 2));
        }
        // Nobody else has the object any more.
        drop(object);
        assert_eq!(close(&table, word), [1]);
        assert!(!table.is_open(word) && frame.finish().is_empty());
    }

    #[test]
    fn what_was_revived_outlives_its_place() {
        let table = HandleTable::with_capacity(1000).expect("small");
        let object = Rc::new(1);
        let outer = ArgumentScope::new(&table);
        let word = table.open(Rc::clone(&object)).expect("room");
        let inner = ArgumentScope::new(&table);
        close(&table, word);
        assert_eq!(table.revive(&object), Some(word));
        assert!(inner.finish().is_empty(), "C has it");
        assert!(table.is_open(word) && !table.is_close_deferred(word));
        close(&table, word);
        // All places get other words.
        let others: Vec<_> = (0..PLACES as u32).map(Rc::new).collect();
        for other in &others {
            let word = table.open(Rc::clone(other)).expect("room");
            close(&table, word);
        }
        assert!(table.is_close_deferred(word));
        assert_eq!(outer.finish().len(), PLACES + 1);
        assert!(!table.is_open(word) && table.revive(&object).is_none());
    }

    #[test]
    fn frames_end_what_began_in_their_time() {
        let table = HandleTable::with_capacity(100).expect("small");
        let object = Rc::new(1);
        let retired = || {
            let word = table.open(Rc::clone(&object)).expect("room");
            assert_eq!(close(&table, word), []);
            word
        };
        let outer = ArgumentScope::new(&table);
        let first = retired();
        let inner = ArgumentScope::new(&table);
        let second = retired();
        drop(inner);
        assert!(table.is_close_deferred(first) && !table.is_open(second));
        // Another thread's frame, which ends after the one that it began in.
        let other = ArgumentScope::new(&table);
        drop(outer);
        let third = retired();
        assert!(table.is_close_deferred(third));
        drop(other);
        assert_eq!(Rc::strong_count(&object), 1);
    }

    #[test]
    fn a_pinned_object_is_shared() {
        let table = HandleTable::with_capacity(100).expect("small");
        let frame = ArgumentScope::new(&table);
        let word = table.open(Rc::new(1)).expect("room");
        let pin = table.pin(word).expect("open");
        assert_eq!(close(&table, word), []);
        assert!(table.is_close_deferred(word));
        assert!(frame.finish().is_empty(), "the pin has the object");
        assert!(!table.is_open(word));
        assert_eq!(**pin, 1);
    }
}
