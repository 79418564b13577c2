//! The pages.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
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
        let bytes = PAGE << self.order();
        (self.address..self.address + bytes).contains(&address)
    }

    fn order(self) -> usize {
        order(self.size)
    }
}

fn order(size: usize) -> usize {
    size.div_ceil(PAGE).next_power_of_two().trailing_zeros() as usize
}

/// Two views of the same pages.
#[derive(Debug)]
pub struct Arena {
    /// C's view: readable, or closed.
    view: usize,
    /// Ours.
    writable: *mut u8,
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
        // SAFETY: no argument.
        if unsafe { libc::sysconf(libc::_SC_PAGESIZE) } != PAGE as i64 {
            return Err(io::ErrorKind::Unsupported.into());
        }
        // SAFETY: the name is a C string.
        let file = unsafe { libc::memfd_create(c"hpy-debug".as_ptr(), libc::MFD_CLOEXEC) };
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: just opened, and nobody else's.
        let file = unsafe { OwnedFd::from_raw_fd(file) };
        // SAFETY: the file is open.
        if unsafe { libc::ftruncate(file.as_raw_fd(), SIZE as i64) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let view = map(&file, libc::PROT_READ)?;
        let writable = match map(&file, libc::PROT_READ | libc::PROT_WRITE) {
            Ok(writable) => writable,
            Err(error) => {
                // SAFETY: mapped above, and not yet used.
                unsafe { libc::munmap(view.cast(), SIZE) };
                return Err(error);
            }
        };
        Ok(Self {
            view: view.expose_provenance(),
            writable,
            next: 0,
            closed: [const { VecDeque::new() }; ORDERS],
            ready: Vec::new(),
        })
    }

    /// The range of addresses that C may get.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.view..self.view + SIZE
    }

    /// Copies bytes to where C may read them; nothing if there is no room.
    pub fn copy(&mut self, bytes: &[u8]) -> Option<Block> {
        let order = order(bytes.len());
        let page = self.take(order)?;
        // SAFETY: the run has room for the bytes, is mapped in our view, and
        // nobody writes to it: it is in use by this block alone.
        unsafe {
            let target = self.writable.add(page * PAGE);
            ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len());
        }
        Some(Block {
            address: self.view + page * PAGE,
            size: bytes.len(),
        })
    }

    /// C may not read it from here on.
    pub fn end(&mut self, block: Block) {
        // Should the system refuse, what C reads is at least not what was there.
        // SAFETY: the pages are the block's.
        unsafe {
            let page = (block.address - self.view) / PAGE;
            self.writable.add(page * PAGE).write_bytes(0xDB, block.size);
        }
        self.protect(block.address, PAGE << block.order(), libc::PROT_NONE);
    }

    /// The pages of a block that has ended may be used again.
    pub fn free(&mut self, block: Block) {
        let page = (block.address - self.view) / PAGE;
        self.closed[block.order()].push_back(page as u32);
    }

    fn protect(&self, address: usize, bytes: usize, protection: i32) {
        let address = ptr::with_exposed_provenance_mut::<libc::c_void>(address);
        // SAFETY: a range of C's view, which nothing in Rust refers to.
        let _ = unsafe { libc::mprotect(address, bytes, protection) };
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
            let address = self.view + page as usize * PAGE;
            self.protect(address, pages * PAGE, libc::PROT_READ);
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

fn map(file: &OwnedFd, protection: i32) -> io::Result<*mut u8> {
    // SAFETY: a mapping at an address of the kernel's choice aliases nothing that
    // Rust knows.
    let view = unsafe {
        libc::mmap(
            ptr::null_mut(),
            SIZE,
            protection,
            libc::MAP_SHARED | libc::MAP_NORESERVE,
            file.as_raw_fd(),
            0,
        )
    };
    match view {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        view => Ok(view.cast()),
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
