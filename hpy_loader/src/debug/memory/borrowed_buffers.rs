//! Copies that C has, by number.

use super::arena::{Arena, Block};
use std::ops::Range;

/// Memory that C may read as long as some handle is open.
#[derive(Debug, Clone, Copy)]
struct BorrowedBuffer {
    /// What the wrapped context returned.
    source: *const u8,
    block: Block,
}

/// All borrowed buffers, and how much of what has ended is kept.
#[derive(Debug)]
pub struct BorrowedBuffers {
    /// None: C gets the wrapped context's own memory.
    arena: Option<Arena>,
    /// The first one is never made, so that its number can stand for none.
    made: Vec<Option<BorrowedBuffer>>,
    vacant: Vec<u32>,
    /// How many bytes stay closed after their handle, at most and now.
    pub max_kept: usize,
    kept: usize,
}

impl Default for BorrowedBuffers {
    fn default() -> Self {
        Self {
            arena: None,
            made: vec![None],
            vacant: Vec::new(),
            max_kept: 10 << 20,
            kept: 0,
        }
    }
}

impl BorrowedBuffers {
    /// Has copies made there from here on. The addresses that C may get.
    pub fn set_arena(&mut self, arena: Arena) -> Range<usize> {
        self.arena.insert(arena).range()
    }

    /// The copy, if it is that of so many bytes there.
    #[inline]
    pub fn known(&self, number: u32, source: *const u8, size: usize) -> Option<*const u8> {
        let buffer = self.made.get(number as usize)?.as_ref()?;
        let is_it = buffer.source == source && buffer.block.size() == size;
        is_it.then(|| buffer.block.as_ptr())
    }

    /// Copies `bytes` for C; returns the buffer's number and address. Nothing if there
    /// is no room.
    pub fn make(&mut self, bytes: &[u8]) -> Option<(u32, *const u8)> {
        let block = self.arena.as_mut()?.copy(bytes)?;
        let source = bytes.as_ptr();
        let buffer = Some(BorrowedBuffer { source, block });
        let number = match self.vacant.pop() {
            Some(number) => {
                self.made[number as usize] = buffer;
                number
            }
            None => {
                self.made.push(buffer);
                self.made.len() as u32 - 1
            }
        };
        Some((number, block.as_ptr()))
    }

    /// The copy that C has or had.
    pub fn block(&self, number: u32) -> Option<Block> {
        Some(self.made.get(number as usize)?.as_ref()?.block)
    }

    /// C must not read it any more. Its pages stay in their place as long as there
    /// are not too many; if not even now, it is forgotten and the result false.
    pub fn end(&mut self, number: u32) -> bool {
        let Some(block) = self.block(number) else {
            return false;
        };
        if let Some(arena) = &mut self.arena {
            arena.end(block);
        }
        self.kept += block.size();
        let fits = self.kept <= self.max_kept;
        if !fits {
            self.forget(number);
        }
        fits
    }

    /// The pages of one that has ended may be used again.
    pub fn forget(&mut self, number: u32) {
        let Some(buffer) = self.made.get_mut(number as usize).and_then(Option::take) else {
            return;
        };
        self.kept -= buffer.block.size();
        self.vacant.push(number);
        if let Some(arena) = &mut self.arena {
            arena.free(buffer.block);
        }
    }

    /// The buffer that has this address.
    pub fn of_address(&self, address: usize) -> Option<u32> {
        let has_it = |buffer: &Option<BorrowedBuffer>| {
            buffer.is_some_and(|buffer| buffer.block.contains(address))
        };
        let place = self.made.iter().position(has_it)?;
        Some(place as u32)
    }
}
