//! One record.

use super::super::memory::Block;
use crate::abi::HPy;
use crate::handles::RawHandle;
use crate::sites::{PythonStack, Site};
use std::cell::Cell;

/// Why a handle is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Origin {
    /// A function of the context returned it. C has to close it.
    Result,
    /// The VM passed it to C, and closes it.
    Argument,
    /// A constant of the context.
    Constant,
}

/// How far a handle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum HandleState {
    Open,
    Closed,
}

/// What is known of one handle.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct HandleSnapshot {
    /// The wrapped context's handle.
    pub inner: HPy,
    pub state: HandleState,
    pub origin: Origin,
    /// The extension.
    pub owner: u32,
    pub opened: Site,
    pub above: PythonStack,
    pub closed: Site,
    /// The copy that C has of memory that is promised with the handle.
    pub buffer: Option<Block>,
}

/// A record where it lies. Zeros are one that was never used.
#[derive(Debug)]
#[repr(C, align(64))]
pub(in super::super) struct HandleRecord {
    /// The word that C has while it is open; when it is closed the same with each bit
    /// inverted, so that it is no word that leads here.
    pub(super) word: Cell<isize>,
    pub inner: Cell<HPy>,
    pub(super) opened: Cell<Site>,
    pub(super) closed: Cell<Site>,
    /// Counts handles as they are opened.
    pub(super) number: Cell<u64>,
    pub(super) above: Cell<Option<PythonStack>>,
    /// The next one in the chain that this one is in.
    pub(super) next: Cell<u32>,
    /// Half of it is the extension. The upper half is 0 for a handle that C has to
    /// close and that is nothing but open. Otherwise it is [`ARGUMENT`] or
    /// [`CONSTANT`], and what there is to do when it is forgotten: [`KEPT`] and the
    /// number of a promise.
    tag: Cell<u64>,
    /// 0, or for which shape the object's type was looked at and found right.
    pub shape: Cell<u8>,
}

const _: () = assert!(size_of::<HandleRecord>() == 64);

/// The wrapped handle is still open though this one is closed.
pub(super) const KEPT: u32 = 1 << 31;
/// [`Origin::Argument`].
const ARGUMENT: u32 = 1 << 30;
/// [`Origin::Constant`].
const CONSTANT: u32 = 1 << 29;
/// What lasts longer than the handle.
pub(super) const LASTING: u32 = !(ARGUMENT | CONSTANT);
/// The number of a promise.
const BUFFER: u32 = CONSTANT - 1;

impl Origin {
    /// As a part of the burden.
    #[inline(always)]
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Result => 0,
            Self::Argument => ARGUMENT,
            Self::Constant => CONSTANT,
        }
    }
}

impl HandleRecord {
    /// What no other handle ever had, while it is open.
    #[inline(always)]
    pub fn number(&self) -> u64 {
        self.number.get()
    }

    #[inline(always)]
    pub(super) fn is_open(&self) -> bool {
        self.word.get() > 0
    }

    /// The word that it has or had last.
    #[inline(always)]
    pub(super) fn last_word(&self) -> RawHandle {
        let word = self.word.get();
        RawHandle::from_bits(if word < 0 { !word } else { word })
    }

    /// The extension.
    #[inline(always)]
    pub fn owner(&self) -> u32 {
        self.tag.get() as u32
    }

    #[inline(always)]
    pub(super) fn burden(&self) -> u32 {
        (self.tag.get() >> 32) as u32
    }

    #[inline(always)]
    pub(super) fn set_burden(&self, burden: u32) {
        self.set_tag(self.owner(), burden);
    }

    #[inline(always)]
    pub(super) fn set_tag(&self, owner: u32, burden: u32) {
        self.tag.set(u64::from(owner) | u64::from(burden) << 32);
    }

    /// Whether it is a result that an extension has to close.
    #[inline(always)]
    pub fn is_owned_by(&self, extension: u32) -> bool {
        let is_result = self.burden() & (ARGUMENT | CONSTANT) == 0;
        is_result && self.owner() == extension
    }

    /// The same, and nothing else ends with it.
    #[inline(always)]
    pub fn is_plainly_owned_by(&self, extension: u32) -> bool {
        self.tag.get() == u64::from(extension)
    }

    pub(super) fn origin(&self) -> Origin {
        match self.burden() & (ARGUMENT | CONSTANT) {
            0 => Origin::Result,
            ARGUMENT => Origin::Argument,
            _ => Origin::Constant,
        }
    }

    /// The number of the promise that was made with it, or 0.
    #[inline(always)]
    pub fn buffer(&self) -> u32 {
        self.burden() & BUFFER
    }

    /// Remembers that memory is promised as long as it is open, or forgets it: the
    /// number is among the [`BorrowedBuffers`](super::BorrowedBuffers), or 0.
    pub fn set_buffer(&self, number: u32) {
        self.set_burden(self.burden() & !BUFFER | number);
    }
}
