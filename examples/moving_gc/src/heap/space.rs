//! The memory of the heap: a ring of spaces, one of them open.
//!
//! Two spaces are enough to copy from one to the other and back. They are also
//! enough to hide mistakes: an address that has been stale for two collections
//! leads into the open space again, to some other object. So there are
//! [`SPACES`] of them, and a stale address stays a fault for that many
//! collections. Spaces that are not open cost address space only.
//!
//! With a collection at every allocation the time goes where pages come from: the
//! system would find and clear fifty of them, one fault at a time, and take as
//! many back. So the pages of the space that was closed last move to the one that
//! is opened next, all at once and without a copy (`mremap`).

use std::cell::Cell;
use std::io;
use std::ptr::NonNull;

/// How many spaces there are.
const SPACES: usize = 256;

/// What sizes are rounded up to: no page is larger on the machines at hand, and
/// spaces are multiples of it.
const PAGE: usize = 1 << 16;

pub(super) struct Ring {
    base: NonNull<u8>,
    /// Bytes of a space.
    space: usize,
    open: Cell<usize>,
    /// The space that was closed last, and how many bytes at its start have pages.
    spare: Cell<Option<(usize, usize)>>,
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
        let ring = Self {
            base,
            space,
            open: Cell::new(0),
            spare: Cell::new(None),
        };
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
        let spare = self.spare.take();
        let got = spare.filter(|&(index, bytes)| self.move_pages(index, next, bytes));
        if let Err(error) = self.protect(next, libc::PROT_READ | libc::PROT_WRITE) {
            panic!("the heap cannot be collected: {error}");
        }
        match (spare, got) {
            // SAFETY: these bytes of the next space, which has just been made
            // writable, are nobody's. Beyond them no page has been touched.
            (_, Some((_, bytes))) => unsafe { self.start_at(next).write_bytes(0, bytes) },
            (Some((index, bytes)), None) => self.give_back(index, bytes),
            (None, None) => {}
        }
        self.start_of(next)
    }

    /// Closes the space that was open first, of which `used` bytes were used.
    pub(super) fn close_previous(&self, used: usize) {
        let previous = self.open.replace((self.open.get() + 1) % SPACES);
        let closed = self.protect(previous, libc::PROT_NONE);
        assert!(closed.is_ok(), "a space of the heap cannot be closed");
        let pages = used.next_multiple_of(PAGE).min(self.space);
        self.spare.set((pages > 0).then_some((previous, pages)));
    }

    fn start_at(&self, index: usize) -> *mut u8 {
        self.base.as_ptr().wrapping_add(index * self.space)
    }

    /// Moves the pages of `bytes` bytes from one closed space to another, if the
    /// system can.
    #[cfg(target_os = "linux")]
    fn move_pages(&self, from: usize, to: usize, bytes: usize) -> bool {
        // The first space keeps its addresses, so nobody else gets them.
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED | libc::MREMAP_DONTUNMAP;
        let (from, to) = (self.start_at(from).cast(), self.start_at(to));
        // SAFETY: both ranges are ours, and nobody uses the objects in them: they
        // have moved, or are dead.
        let moved = unsafe { libc::mremap(from, bytes, bytes, flags, to) };
        moved == to.cast()
    }

    #[cfg(not(target_os = "linux"))]
    fn move_pages(&self, _: usize, _: usize, _: usize) -> bool {
        false
    }

    /// Gives the pages of a closed space back to the system, which has others,
    /// zeroed, when it is opened again.
    fn give_back(&self, index: usize, bytes: usize) {
        let start = self.start_at(index);
        // SAFETY: as in `move_pages`.
        let given_back = unsafe { libc::madvise(start.cast(), bytes, libc::MADV_DONTNEED) };
        assert_eq!(given_back, 0, "a space of the heap cannot be emptied");
    }

    fn protect(&self, index: usize, protection: libc::c_int) -> io::Result<()> {
        let start = self.start_at(index);
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
