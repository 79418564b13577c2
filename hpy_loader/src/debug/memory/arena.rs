//! The pages.

use crate::platform::pages::{DoubleMapping, page_size};
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::ptr;

/// How much may be borrowed at a time. It is address space; memory is taken as
/// it is used.
const SIZE: usize = 1 << 30;
/// The granularity. A system with larger pages protects several at a time, which
/// would reach too far; there is no arena then.
const PAGE: usize = 4096;
/// Pages that are opened together.
const BATCH: usize = 32;
/// Runs have a power of two of pages, up to this one.
const ORDERS: usize = 19;

/// A run of pages, which holds one copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// In C's view.
    address: usize,
    size: usize,
}

impl Block {
    /// The copy, for C.
    pub fn as_ptr(self) -> *const u8 {
        ptr::with_exposed_provenance(self.address)
    }

    /// Bytes in use.
    pub fn size(self) -> usize {
        self.size
    }

    /// Whether the address is on its pages.
    pub fn contains(self, address: usize) -> bool {
        let bytes = PAGE << order(self.size);
        (self.address..self.address + bytes).contains(&address)
    }
}

fn order(size: usize) -> usize {
    size.div_ceil(PAGE).next_power_of_two().trailing_zeros() as usize
}

/// Two views of the same pages: C's, in which they are readable or closed, and ours.
#[derive(Debug)]
pub struct Arena {
    pages: DoubleMapping,
    /// Where C's view begins.
    view: usize,
    /// Pages from here on were never used.
    next: usize,
    /// Runs that are closed and may be used again, the oldest first, by order.
    closed: [VecDeque<u32>; ORDERS],
    /// Single pages that are open and not in use.
    ready: Vec<u32>,
}

impl Arena {
    /// Reserves the address space.
    pub fn new() -> io::Result<Self> {
        if page_size() != PAGE {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let pages = DoubleMapping::new("hpy-debug", SIZE)?;
        Ok(Self {
            view: pages.range().start,
            pages,
            next: 0,
            closed: [const { VecDeque::new() }; ORDERS],
            ready: Vec::new(),
        })
    }

    /// The range of addresses that C may get.
    pub fn range(&self) -> Range<usize> {
        self.pages.range()
    }

    /// Copies bytes to where C may read them; nothing if there is no room.
    pub fn copy(&mut self, bytes: &[u8]) -> Option<Block> {
        let order = order(bytes.len());
        let page = self.take(order)?;
        let start = page * PAGE;
        let target = self.pages.writable(start..start + bytes.len());
        target.copy_from_slice(bytes);
        Some(Block {
            address: self.view + start,
            size: bytes.len(),
        })
    }

    /// C may not read it from here on.
    pub fn end(&mut self, block: Block) {
        let start = block.address - self.view;
        // Should the system refuse, what C reads is at least not what was there.
        self.pages.writable(start..start + block.size).fill(0xDB);
        let run = start..start + (PAGE << order(block.size));
        self.pages.set_readable(run, false);
    }

    /// The pages of a block that has ended may be used again.
    pub fn free(&mut self, block: Block) {
        let page = (block.address - self.view) / PAGE;
        self.closed[order(block.size)].push_back(page as u32);
    }

    /// A run of pages that C can read.
    fn take(&mut self, order: usize) -> Option<usize> {
        if order == 0
            && let Some(page) = self.ready.pop()
        {
            return Some(page as usize);
        }
        if let Some(page) = self.closed.get_mut(order)?.pop_front() {
            let mut pages = 1 << order;
            // Pages that were used one after the other are freed like that.
            while order == 0
                && pages < BATCH
                && self.closed[0].front() == Some(&(page + pages as u32))
            {
                self.closed[0].pop_front();
                self.ready.push(page + pages as u32);
                pages += 1;
            }
            let start = page as usize * PAGE;
            self.pages.set_readable(start..start + pages * PAGE, true);
            self.ready.sort_unstable_by(|a, b| b.cmp(a));
            return Some(page as usize);
        }
        let pages = 1 << order;
        if (self.next + pages) * PAGE > SIZE {
            return None;
        }
        let page = self.next;
        self.next += pages;
        Some(page)
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn copies_are_where_c_can_read_them() {
        let mut arena = Arena::new().expect("address space");
        let long = vec![7; 3 * PAGE];
        let blocks = [&b"one\0"[..], b"two\0", &long].map(|bytes| {
            let block = arena.copy(bytes).expect("room");
            // SAFETY: the block was just made.
            let copy = unsafe { std::slice::from_raw_parts(block.as_ptr(), block.size()) };
            assert_eq!(copy, bytes);
            assert!(arena.range().contains(&block.as_ptr().addr()));
            block
        });
        assert!(!blocks[0].contains(blocks[1].as_ptr().addr()));
        assert!(blocks[2].contains(blocks[2].as_ptr().addr() + 3 * PAGE));
    }

    #[test]
    fn pages_are_used_again_and_can_be_read_again() {
        let mut arena = Arena::new().expect("address space");
        for round in 0..10_u8 {
            let blocks: Vec<Block> = (0..100_u8)
                .map(|byte| arena.copy(&[byte, round]).expect("room"))
                .collect();
            for (byte, block) in (0..100_u8).zip(&blocks) {
                // SAFETY: the block has not ended.
                assert_eq!(unsafe { *block.as_ptr().cast::<[u8; 2]>() }, [byte, round]);
            }
            for block in blocks {
                arena.end(block);
                arena.free(block);
            }
        }
        assert!(arena.next <= 200, "{} pages", arena.next);
    }

    #[test]
    fn there_is_an_end() {
        let mut arena = Arena::new().expect("address space");
        assert!(arena.take(ORDERS).is_none(), "more than the arena has");
        assert!(arena.take(ORDERS - 1).is_some());
        assert!(arena.take(ORDERS - 1).is_none());
    }
}
