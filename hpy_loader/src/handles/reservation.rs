//! Address space for slots: reserved once, filled page by page, never moved.
//!
//! A growing `Vec` would move the slots, and with them the objects that callers
//! borrow. A list of chunks would not, but costs every lookup a second load. A
//! private mapping that nobody has touched costs neither memory nor commit
//! charge, so the whole range is asked for at the start: the operating system's
//! page table is the list of chunks.

use std::io;
use std::ptr::NonNull;

/// Fewer slots than this are not worth starting with: one mebibyte of them.
const MIN_SLOTS: u32 = 1 << 16;

/// Why a handle table could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot reserve {bytes} bytes of address space for the handle table")]
pub struct ReserveError {
    bytes: usize,
    source: io::Error,
}

/// A zero-filled array of `T` at a fixed address. It does not drop its elements.
pub(crate) struct Reservation<T> {
    base: NonNull<T>,
    slots: u32,
}

// SAFETY: the reservation owns its memory as a `Box<[T]>` would; nothing about
// it belongs to the thread that made it.
unsafe impl<T: Send> Send for Reservation<T> {}

impl<T> Reservation<T> {
    /// Reserves `slots` elements, or the half of it, or the half of that, as
    /// far as the limit on address space (`ulimit -v`) allows.
    pub(crate) fn new(slots: u32) -> Result<Self, ReserveError> {
        assert!(slots > 0 && size_of::<T>() > 0);
        let mut slots = slots;
        loop {
            let bytes = slots as usize * size_of::<T>();
            match memory::map(bytes) {
                Ok(base) => {
                    let base = base.cast();
                    return Ok(Reservation { base, slots });
                }
                Err(source) if slots / 2 < MIN_SLOTS => {
                    return Err(ReserveError { bytes, source });
                }
                Err(_) => slots /= 2,
            }
        }
    }

    /// How many elements there are.
    pub(crate) fn slots(&self) -> u32 {
        self.slots
    }

    /// The first element.
    pub(super) fn base(&self) -> NonNull<T> {
        self.base
    }

    /// The element at `index`.
    ///
    /// # Safety
    /// - `index < self.slots()`.
    /// - The element's bytes, zero until somebody writes them, are a valid `T`.
    /// - No `&mut T` to it exists.
    #[inline]
    pub(crate) unsafe fn at(&self, index: usize) -> &T {
        // SAFETY: the index is in bounds and the memory is mapped, aligned (see
        // `memory::map`) and valid for as long as `self` is; the caller answers
        // for the contents and for the absence of `&mut T`.
        unsafe { self.base.add(index).as_ref() }
    }

    /// The index of an element of this reservation.
    pub(crate) fn index_of(&self, element: &T) -> u32 {
        let offset = std::ptr::from_ref(element).addr() - self.base.addr().get();
        (offset / size_of::<T>()) as u32
    }
}

impl<T> Drop for Reservation<T> {
    fn drop(&mut self) {
        // SAFETY: `base` came from `map` with this size, and references into
        // the memory borrow `self`, so none is left.
        unsafe { memory::unmap(self.base.cast(), self.slots as usize * size_of::<T>()) };
    }
}

#[cfg(not(miri))]
mod memory {
    use std::io;
    use std::ptr::{self, NonNull};

    /// Zero-filled memory, aligned to a page, that is backed when first touched.
    pub(super) fn map(bytes: usize) -> io::Result<NonNull<u8>> {
        // SAFETY: an anonymous mapping at an address of the kernel's choice
        // aliases nothing.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // With huge pages the first handle would cost 2 MiB of zeroing. A kernel
        // that has none refuses, which is as good.
        #[cfg(target_os = "linux")]
        // SAFETY: the range was mapped above, and the advice changes no contents.
        let _ = unsafe { libc::madvise(base, bytes, libc::MADV_NOHUGEPAGE) };
        NonNull::new(base.cast()).ok_or_else(|| io::Error::other("mapped at address 0"))
    }

    /// # Safety
    /// `base` and `bytes` are those of one `map`, and nothing refers to it now.
    pub(super) unsafe fn unmap(base: NonNull<u8>, bytes: usize) {
        // SAFETY: as the caller says. The call cannot fail on a whole mapping.
        let _ = unsafe { libc::munmap(base.as_ptr().cast(), bytes) };
    }
}

/// Miri knows no lazily backed mappings, so it gets a small allocation.
#[cfg(miri)]
mod memory {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::io;
    use std::ptr::NonNull;

    fn layout(bytes: usize) -> Layout {
        Layout::from_size_align(bytes, 4096).expect("a small size")
    }

    pub(super) fn map(bytes: usize) -> io::Result<NonNull<u8>> {
        // SAFETY: `Reservation::new` never asks for zero bytes.
        let base = unsafe { alloc_zeroed(layout(bytes)) };
        NonNull::new(base).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    /// # Safety
    /// `base` and `bytes` are those of one `map`, and nothing refers to it now.
    pub(super) unsafe fn unmap(base: NonNull<u8>, bytes: usize) {
        // SAFETY: as the caller says.
        unsafe { dealloc(base.as_ptr(), layout(bytes)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_zero_and_know_their_index() {
        let reservation = Reservation::<u64>::new(100).expect("800 bytes");
        assert_eq!(reservation.slots(), 100);
        for index in [0_u32, 1, 99] {
            // SAFETY: in bounds; zero is a valid u64; nobody writes.
            let element = unsafe { reservation.at(index as usize) };
            assert_eq!(*element, 0);
            assert_eq!(reservation.index_of(element), index);
        }
    }
}
