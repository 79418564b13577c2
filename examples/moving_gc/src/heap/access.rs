//! Reading and writing objects.

use super::header::Header;
use super::{Companion, Heap, Kind, Local, Reference};

/// Reading and writing objects. An index or offset outside the object panics.
impl Heap {
    /// The header of the object at an address.
    pub(super) fn header(&self, address: usize) -> &Header {
        // SAFETY: an address comes from a `Local`, a slot, a field or another
        // object, all of which the collector keeps up to date, so an object is
        // there. One that was kept elsewhere is in a closed space, and this is
        // where it faults. The reference is not held across an allocation:
        // `Heap`'s methods return values and roots.
        unsafe { &*self.ring.at(address).cast::<Header>() }
    }

    /// The cell of one of an object's references.
    pub(super) fn ref_cell(&self, address: usize, index: usize) -> &std::cell::Cell<usize> {
        let header = self.header(address);
        let count = header.ref_count();
        assert!(index < count, "reference {index} of {count}");
        let offset = Header::refs_offset() + index * 8;
        // SAFETY: the index is within the object, whose references are cells as
        // long as it is there; see `header` for how long that is.
        unsafe { &*self.ring.at(address + offset).cast() }
    }

    /// What the object is made of.
    pub fn kind(&self, object: &impl Reference) -> Kind {
        self.header(object.address()).kind()
    }

    /// The object's class.
    pub fn class(&self, object: &impl Reference) -> Local {
        self.root_address(self.header(object.address()).class.get())
    }

    /// Changes the object's class.
    pub fn set_class(&self, object: &Local, class: &Local) {
        self.header(object.address()).class.set(class.address());
    }

    /// The dict of the object's attributes.
    pub fn attributes(&self, object: &impl Reference) -> Option<Local> {
        self.root_optional(self.header(object.address()).attributes.get())
    }

    /// Gives the object a dict for its attributes.
    pub fn set_attributes(&self, object: &Local, dict: &Local) {
        self.header(object.address()).attributes.set(dict.address());
    }

    /// Tells the object from all others, for as long as the heap exists.
    pub fn identity(&self, object: &impl Reference) -> u64 {
        self.header(object.address()).identity.get()
    }

    /// How many references the object has.
    pub fn ref_count(&self, object: &impl Reference) -> usize {
        self.header(object.address()).ref_count()
    }

    /// One of the object's references.
    pub fn get(&self, object: &impl Reference, index: usize) -> Option<Local> {
        self.root_optional(self.ref_cell(object.address(), index).get())
    }

    /// Replaces one of the object's references.
    pub fn set(&self, object: &Local, index: usize, value: &impl Reference) {
        self.ref_cell(object.address(), index).set(value.address());
    }

    /// Empties one of the object's references.
    pub fn clear(&self, object: &Local, index: usize) {
        self.ref_cell(object.address(), index).set(0);
    }

    /// Copies references from one object to another, or within one.
    pub fn copy_refs(&self, from: &Local, start: usize, to: &Local, at: usize, count: usize) {
        let cell = |object: &Local, index| self.ref_cell(object.address(), index);
        if at <= start {
            for i in 0..count {
                cell(to, at + i).set(cell(from, start + i).get());
            }
        } else {
            for i in (0..count).rev() {
                cell(to, at + i).set(cell(from, start + i).get());
            }
        }
    }

    /// Looks at the object's bytes. `look` must not allocate in the heap; that
    /// is checked.
    pub fn with_bytes<T>(&self, object: &impl Reference, look: impl FnOnce(&[u8]) -> T) -> T {
        let _borrow = Borrow::new(self);
        let address = object.address();
        let header = self.header(address);
        // SAFETY: the bytes are within the object, initialised, and nobody
        // writes them: `with_bytes_mut` is refused while `_borrow` is there, and
        // so is a collection.
        look(unsafe {
            std::slice::from_raw_parts(
                self.ring.at(address + header.bytes_offset()),
                header.byte_count(),
            )
        })
    }

    /// Changes the object's bytes, under the same condition.
    pub fn with_bytes_mut<T>(&self, object: &Local, change: impl FnOnce(&mut [u8]) -> T) -> T {
        assert_eq!(self.borrows.get(), 0, "the bytes of an object are borrowed");
        let _borrow = Borrow::new(self);
        let address = object.address();
        let header = self.header(address);
        // SAFETY: as in `with_bytes`, and by the assertion nobody else looks at
        // any object's bytes; `word` and `set_word` are refused as well.
        change(unsafe {
            std::slice::from_raw_parts_mut(
                self.ring.at(address + header.bytes_offset()),
                header.byte_count(),
            )
        })
    }

    /// How many bytes the object has.
    pub fn byte_count(&self, object: &impl Reference) -> usize {
        self.header(object.address()).byte_count()
    }

    /// The eight bytes at eight times `index`.
    pub fn word(&self, object: &impl Reference, index: usize) -> u64 {
        self.with_bytes(object, |bytes| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[index * 8..][..8]);
            u64::from_le_bytes(word)
        })
    }

    /// Replaces the eight bytes at eight times `index`.
    pub fn set_word(&self, object: &Local, index: usize, word: u64) {
        self.with_bytes_mut(object, |bytes| {
            bytes[index * 8..][..8].copy_from_slice(&word.to_le_bytes());
        });
    }

    /// What of the object stays in place, if there is anything.
    pub fn companion<'a>(&self, object: &'a impl Reference) -> Option<&'a Companion> {
        let companion = self.header(object.address()).companion.get()?;
        // SAFETY: the companion lives as long as the object, and the object at
        // least as long as the root that is borrowed.
        Some(unsafe { companion.as_ref() })
    }

    /// The same, made if there is none.
    pub fn make_companion<'a>(&self, object: &'a impl Reference) -> &'a Companion {
        if let Some(companion) = self.companion(object) {
            return companion;
        }
        let address = object.address();
        let companion = self.companions.add(address);
        self.header(address).companion.set(Some(companion));
        match self.companion(object) {
            Some(companion) => companion,
            None => unreachable!("it has just been made"),
        }
    }

    /// The object's native struct, if it has one.
    pub fn native(&self, object: &impl Reference) -> Option<*mut std::ffi::c_void> {
        self.companion(object)?.native()
    }

    /// Lets the object wait for its finalizer when it is dead.
    pub fn await_finalizer(&self, object: &Local) {
        self.make_companion(object).awaits_finalizer.set(true);
    }
}

/// Nothing moves while this lives.
struct Borrow<'a>(&'a Heap);

impl<'a> Borrow<'a> {
    fn new(heap: &'a Heap) -> Self {
        heap.borrows.set(heap.borrows.get() + 1);
        Self(heap)
    }
}

impl Drop for Borrow<'_> {
    fn drop(&mut self) {
        self.0.borrows.set(self.0.borrows.get() - 1);
    }
}
