//! What the VM shows of the mode's state. All of it needs the HPy lock.

use super::memory::Block;
use super::records::{HandleSnapshot, HandleState};
use super::state::Debug;
use crate::abi::HPy;
use crate::sites::{PythonStack, Site};

/// One handle as Python sees it.
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
}

impl HandleView {
    fn new(index: u32, bits: HPy, record: &HandleSnapshot) -> Self {
        Self {
            index,
            bits: bits.0,
            inner: record.inner,
            is_closed: record.state != HandleState::Open,
            raw_data_size: record.buffer.map(Block::size),
            opened: record.opened,
            python: record.above,
            closed: record.closed,
        }
    }
}

impl Debug {
    /// Starts a generation: handles that are opened from here on belong to it.
    pub fn new_generation(&self) -> i64 {
        self.records.new_generation()
    }

    /// The handles of a generation or a later one that are open, as they were
    /// opened.
    pub fn open_handles(&self, generation: i64) -> Vec<HandleView> {
        let open = self.records.open_since(generation);
        open.into_iter().map(|index| self.view(index)).collect()
    }

    /// The handles of a generation or a later one that were closed and are
    /// remembered.
    pub fn closed_handles(&self, generation: i64) -> Vec<HandleView> {
        let closed = self.records.closed_since(generation);
        closed.into_iter().map(|index| self.view(index)).collect()
    }

    /// The record of a handle as it is now.
    pub fn view(&self, index: u32) -> HandleView {
        HandleView::new(index, self.records.word(index), &self.records.get(index))
    }

    /// Closes a handle on behalf of nobody.
    pub fn force_close(&self, index: u32) {
        let handle = self.records.word(index);
        let record = self.records.look(handle).filter(|_| !handle.is_null());
        let Some(record) = record else { return };
        let inner = record.inner.get();
        let orphan = self.records.close(record, Site::UNKNOWN);
        self.close_inner(orphan);
        self.close_inner(inner);
    }

    /// How many closed handles are remembered.
    pub fn max_closed(&self) -> usize {
        self.records.max_closed()
    }

    /// Sets how many closed handles are remembered.
    pub fn set_max_closed(&self, max: usize) {
        self.records.set_max_closed(max);
    }

    /// How many bytes of memory are kept from being used again after their
    /// handles were closed.
    pub fn max_raw_data(&self) -> usize {
        self.records.buffers.borrow().max_kept
    }

    /// Sets that.
    pub fn set_max_raw_data(&self, max: usize) {
        self.records.buffers.borrow_mut().max_kept = max;
    }

    /// Sets how many frames of C are taken where a handle is opened or closed.
    /// One is taken in any case.
    pub fn set_frames(&self, frames: usize) {
        self.frames.set(frames.max(1));
    }

    /// How many frames of C are taken.
    pub fn frames(&self) -> usize {
        self.frames.get()
    }
}
