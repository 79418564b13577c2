//! The memory of the heap: a ring of spaces, one of them open.
//!
//! Two spaces are enough to copy from one to the other and back. They are also
//! enough to hide mistakes: an address that has been stale for two collections
//! leads into the open space again, to some other object. So there are
//! [`SPACES`] of them, and a stale address stays a fault for that many
//! collections. Spaces that are not open cost address space only.

use std::cell::Cell;
use std::io;
use std::ptr::NonNull;

/// How many spaces there are.
const SPACES: usize = 256;

pub(super) struct Ring {
    base: NonNull<u8>,
    /// Bytes of a space.
    space: usize,
    open: Cell<usize>,
}

impl Ring {
    /// Reserves the ring and opens its first space.
    pub(super) fn new(space: usize) -> io::Result<Self> {
        let bytes = space
            .checked_mul(SPACES)
            .ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address of the system's choice.
        let base =
            unsafe { libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        let open = Cell::new(0);
        let ring = Self { base, space, open };
        ring.protect(0, libc::PROT_READ | libc::PROT_WRITE)?;
        Ok(ring)
    }

    /// Bytes of a space.
    pub(super) fn space(&self) -> usize {
        self.space
    }

    /// The address at which the open space starts. Never 0, and the top 16 bits
    /// are 0, as the system gives addresses to programs.
    pub(super) fn start(&self) -> usize {
        self.start_of(self.open.get())
    }

    fn start_of(&self, index: usize) -> usize {
        self.base.addr().get() + index * self.space
    }

    /// The memory at an address in the ring.
    pub(super) fn at(&self, address: usize) -> *mut u8 {
        debug_assert!(
            address.wrapping_sub(self.base.addr().get()) < self.space * SPACES,
            "{address:#x} is not in the heap"
        );
        self.base.as_ptr().with_addr(address)
    }

    /// Opens the next space beside the one that is open, and gives its start.
    ///
    /// # Panics
    ///
    /// If the system refuses, which it does when it has no memory for its own
    /// tables: there is nothing to go on with.
    pub(super) fn open_next(&self) -> usize {
        let next = (self.open.get() + 1) % SPACES;
        if let Err(error) = self.protect(next, libc::PROT_READ | libc::PROT_WRITE) {
            panic!("the heap cannot be collected: {error}");
        }
        self.start_of(next)
    }

    /// Closes the space that was open first. `used` bytes of it are given back
    /// to the system, so that the space is zeroed when it is opened again.
    pub(super) fn close_previous(&self, used: usize) {
        let previous = self.open.replace((self.open.get() + 1) % SPACES);
        let start = self.base.as_ptr().wrapping_add(previous * self.space);
        // SAFETY: the range is ours. Nobody uses the objects in it any more:
        // they have moved, or are dead.
        let given_back = unsafe { libc::madvise(start.cast(), used, libc::MADV_DONTNEED) } == 0;
        let closed = self.protect(previous, libc::PROT_NONE);
        assert!(
            given_back && closed.is_ok(),
            "a space of the heap cannot be closed"
        );
    }

    fn protect(&self, index: usize, protection: libc::c_int) -> io::Result<()> {
        let start = self.base.as_ptr().wrapping_add(index * self.space);
        // SAFETY: the range is ours, and Rust holds no reference into the heap
        // across a collection.
        match unsafe { libc::mprotect(start.cast(), self.space, protection) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing refers to it any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.space * SPACES) };
    }
}
