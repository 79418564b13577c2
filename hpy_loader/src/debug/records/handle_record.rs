//! The record of one handle.

use super::super::pooled_context::Opener;
use crate::abi::HPy;
use crate::handles::RawHandle;
use crate::sites::{PythonStack, Site};
use std::cell::Cell;

/// Why a handle is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(in super::super) enum Origin {
    /// A function of the context returned it. C has to close it.
    Result = 0,
    /// The VM passed it to C, and closes it.
    Argument = ARGUMENT,
    /// A constant of the context.
    Constant = CONSTANT,
}

/// What is known of one handle.
#[derive(Debug, Clone, Copy)]
pub struct HandleView {
    /// The record, which an object of the VM may keep.
    pub index: u32,
    /// The bits that C has.
    pub bits: isize,
    /// The wrapped context's handle.
    pub inner: HPy,
    /// Whether it is closed.
    pub is_closed: bool,
    /// The size of the buffer that is borrowed with it, if any.
    pub raw_data_size: Option<usize>,
    /// Where it was opened.
    pub opened: Site,
    /// The Python code that had called C then.
    pub python: PythonStack,
    /// Where it was closed.
    pub closed: Site,
    pub(in super::super) origin: Origin,
    pub(in super::super) opener: Opener,
}

/// A record where it lies. Zeros are a record that was never used.
#[derive(Debug)]
#[repr(C, align(64))]
pub(in super::super) struct HandleRecord {
    /// The word that C has while the handle is open. Every bit of it is inverted when the
    /// handle is closed, so that no word of C's is found here.
    pub(super) word: Cell<isize>,
    pub inner: Cell<HPy>,
    pub(super) opened: Cell<Site>,
    pub(super) closed: Cell<Site>,
    /// Counts handles as they are opened.
    pub number: Cell<u64>,
    pub(super) above: Cell<Option<PythonStack>>,
    /// The next record in the queue or stack that this one is in.
    pub(super) next: Cell<u32>,
    /// The lower half is the extension, the upper half are flags. They are 0 for a handle
    /// that C has to close and with which nothing else ends. Otherwise they are
    /// [`ARGUMENT`] or [`CONSTANT`], and what there is to do when the record is
    /// forgotten: [`KEPT`] and the number of a borrowed buffer.
    tag: Cell<u64>,
    /// The shape that the object's type was found to have, or 0.
    pub shape: Cell<u8>,
    /// The place of the extension's context with which it was opened.
    pub(super) context: Cell<u8>,
}

const _: () = assert!(size_of::<HandleRecord>() == 64);

/// The wrapped handle is still open though this one is closed.
pub(super) const KEPT: u32 = 1 << 31;
const ARGUMENT: u32 = 1 << 30;
const CONSTANT: u32 = 1 << 29;
/// The flags that stay when the handle is closed.
pub(super) const LASTING: u32 = !(ARGUMENT | CONSTANT);
/// The number of a borrowed buffer.
const BUFFER: u32 = CONSTANT - 1;

impl HandleRecord {
    #[inline(always)]
    pub(super) fn is_open(&self) -> bool {
        self.word.get() > 0
    }

    /// The word of its handle, or of its last one.
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
    pub(super) fn flags(&self) -> u32 {
        (self.tag.get() >> 32) as u32
    }

    #[inline(always)]
    pub(super) fn set_flags(&self, flags: u32) {
        self.set_tag(self.owner(), flags);
    }

    #[inline(always)]
    pub(super) fn set_tag(&self, owner: u32, flags: u32) {
        self.tag.set(u64::from(owner) | u64::from(flags) << 32);
    }

    /// Whether it is a result that an extension has to close.
    #[inline(always)]
    pub fn is_owned_by(&self, extension: u32) -> bool {
        let is_result = self.flags() & (ARGUMENT | CONSTANT) == 0;
        is_result && self.owner() == extension
    }

    /// The same for a handle with which nothing else ends.
    #[inline(always)]
    pub fn is_plainly_owned_by(&self, extension: u32) -> bool {
        self.tag.get() == u64::from(extension)
    }

    pub(super) fn origin(&self) -> Origin {
        match self.flags() & (ARGUMENT | CONSTANT) {
            0 => Origin::Result,
            ARGUMENT => Origin::Argument,
            _ => Origin::Constant,
        }
    }

    /// The number of the buffer that was borrowed with the handle, or 0.
    #[inline(always)]
    pub fn buffer(&self) -> u32 {
        self.flags() & BUFFER
    }

    /// Notes the number of the buffer among the
    /// [`BorrowedBuffers`](super::BorrowedBuffers), or 0 for none.
    pub fn set_buffer(&self, number: u32) {
        self.set_flags(self.flags() & !BUFFER | number);
    }
}
