//! An object in memory: header, references, bytes.

use super::Kind;
use super::companion::Companion;
use std::cell::Cell;
use std::ptr::NonNull;

/// What every object starts with. References follow, then bytes.
///
/// All members are cells, since the collector and the mutator see an object
/// through shared references.
#[repr(C)]
pub(super) struct Header {
    /// The class, or where the object is now if [`moved`](Self::moved).
    pub(super) class: Cell<usize>,
    /// The dict of its attributes, or 0.
    pub(super) attributes: Cell<usize>,
    /// What of the object stays in place.
    pub(super) companion: Cell<Option<NonNull<Companion>>>,
    /// Tells the object from all others, wherever it is.
    pub(super) identity: Cell<u64>,
    refs: Cell<u32>,
    bytes: Cell<u32>,
    /// How often it has moved.
    pub(super) moves: Cell<u32>,
    kind: Cell<Kind>,
    /// Whether it has moved in the collection that is going on.
    pub(super) moved: Cell<bool>,
}

/// Where the references start.
const REFS: usize = size_of::<Header>();

const _: () = assert!(REFS == 48 && align_of::<Header>() == 8);

/// The size of an object with so many references and bytes.
pub(super) fn size_of_object(refs: usize, bytes: usize) -> Option<usize> {
    let (refs, bytes) = (u32::try_from(refs).ok()?, u32::try_from(bytes).ok()?);
    Some(REFS + refs as usize * 8 + (bytes as usize).next_multiple_of(8))
}

impl Header {
    /// Makes an object out of zeroed memory.
    ///
    /// # Safety
    ///
    /// `at` points to as many zeroed bytes, aligned to 8, as [`size_of_object`]
    /// says, which nobody else uses.
    pub(super) unsafe fn write(
        at: *mut u8,
        kind: Kind,
        class: usize,
        identity: u64,
        refs: usize,
        bytes: usize,
    ) {
        let header = Self {
            class: Cell::new(class),
            attributes: Cell::new(0),
            companion: Cell::new(None),
            identity: Cell::new(identity),
            // `size_of_object` has refused what does not fit.
            refs: Cell::new(refs as u32),
            bytes: Cell::new(bytes as u32),
            moves: Cell::new(0),
            kind: Cell::new(kind),
            moved: Cell::new(false),
        };
        // SAFETY: the caller's promise.
        unsafe { at.cast::<Self>().write(header) };
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind.get()
    }

    pub(super) fn ref_count(&self) -> usize {
        self.refs.get() as usize
    }

    pub(super) fn byte_count(&self) -> usize {
        self.bytes.get() as usize
    }

    pub(super) fn size(&self) -> usize {
        REFS + self.ref_count() * 8 + self.byte_count().next_multiple_of(8)
    }

    /// Where the references start, from the object's start.
    pub(super) const fn refs_offset() -> usize {
        REFS
    }

    /// Where the bytes start.
    pub(super) fn bytes_offset(&self) -> usize {
        REFS + self.ref_count() * 8
    }
}
