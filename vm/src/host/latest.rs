//! The copies of text that C has asked for lately.
//!
//! A look into the table of all copies takes a lock and a hash. Asking for the
//! same text again is so frequent that the last ones can be found without either.
//!
//! An entry is right as long as the copy exists, and the table keeps a copy as
//! long as somebody else than the table has a reference to the object. Whoever
//! asks here has one. So an entry that is found is right, and an entry that is
//! stale can only belong to an object that nobody can ask for; unless another
//! object has come to lie at the address meanwhile. Therefore an entry also holds
//! the number of copies that have been dropped so far, and is forgotten when that
//! changes.
//!
//! Entries are read while another thread may write them: a sequence number, odd
//! during a write, tells the reader.

use super::copies::Copies;
use rustpython_vm::PyObject;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};

const PLACES: usize = 16;

#[derive(Default)]
struct Entry {
    sequence: AtomicUsize,
    address: AtomicUsize,
    start: AtomicPtr<u8>,
    length: AtomicUsize,
    dropped: AtomicUsize,
}

pub struct Latest {
    entries: [Entry; PLACES],
    /// What [`Copies::dropped`] was when somebody last looked.
    dropped: AtomicUsize,
}

impl Latest {
    pub fn new() -> Self {
        Self {
            entries: Default::default(),
            dropped: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn entry(&self, address: usize) -> &Entry {
        // Objects are at least 16 bytes apart.
        &self.entries[(address >> 4) % PLACES]
    }

    /// The copy for `object`, without its NUL, if it is among the last ones.
    #[inline]
    pub fn find(&self, object: &PyObject) -> Option<*const [u8]> {
        let address = object.as_raw().addr();
        let entry = self.entry(address);
        let sequence = entry.sequence.load(Ordering::Acquire);
        let found = entry.address.load(Ordering::Relaxed) == address
            && entry.dropped.load(Ordering::Relaxed) == self.dropped.load(Ordering::Relaxed);
        let start = entry.start.load(Ordering::Relaxed);
        let length = entry.length.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let undisturbed =
            sequence.is_multiple_of(2) && entry.sequence.load(Ordering::Relaxed) == sequence;
        (found && undisturbed).then(|| std::ptr::slice_from_raw_parts(start, length))
    }

    /// Remembers the copy for `object`, which is alive. `copies` is the locked
    /// table, so there is one writer at a time.
    pub fn set(&self, object: &PyObject, copy: *const [u8], copies: &mut Copies) {
        let entry = self.entry(object.as_raw().addr());
        let sequence = entry.sequence.load(Ordering::Relaxed);
        entry.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        entry
            .address
            .store(object.as_raw().addr(), Ordering::Relaxed);
        entry.start.store(copy.cast_mut().cast(), Ordering::Relaxed);
        entry.length.store(copy.len(), Ordering::Relaxed);
        entry.dropped.store(copies.dropped(), Ordering::Relaxed);
        entry.sequence.store(sequence + 2, Ordering::Release);
    }

    /// Forgets everything if the table, which is locked, has dropped copies. To be
    /// called before the objects of these copies are dropped.
    pub fn follow(&self, copies: &Copies) {
        self.dropped.store(copies.dropped(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
    use rustpython_vm::AsObject;

    #[test]
    fn an_entry_is_for_one_object_and_goes_with_any_copy() {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            let (latest, mut copies) = (Latest::new(), Copies::default());
            let object = vm.ctx.new_str("some text");
            let text: &'static [u8] = b"some text";
            assert_eq!(latest.find(object.as_object()), None);
            latest.set(object.as_object(), text, &mut copies);
            let found = latest.find(object.as_object());
            assert_eq!(found.map(<*const [u8]>::cast::<u8>), Some(text.as_ptr()));
            assert_eq!(found.map(<*const [u8]>::len), Some(9));
            assert_eq!(latest.find(vm.ctx.new_str("other").as_object()), None);
            copies.drop_one_for_test();
            latest.follow(&copies);
            assert_eq!(latest.find(object.as_object()), None);
        });
    }
}
