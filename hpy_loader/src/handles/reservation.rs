//! Address space for slots: reserved once, filled page by page, never moved.
//!
//! A growing `Vec` would move the slots, and with them the objects that callers
//! borrow. A list of chunks would not, but costs every lookup a second load. A
//! private mapping that nobody has touched costs neither memory nor commit
//! charge, so the whole range is asked for at the start: the operating system's
//! page table is the list of chunks.

use crate::platform::pages::{MIN_PAGE, ZeroedPages};
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
    /// What `base` points to.
    _pages: ZeroedPages,
}

// SAFETY: the reservation owns its memory as a `Box<[T]>` would; nothing about
// it belongs to the thread that made it.
unsafe impl<T: Send> Send for Reservation<T> {}

impl<T> Reservation<T> {
    /// Reserves `slots` elements, or the half of it, or the half of that, as
    /// far as the limit on address space (`ulimit -v`) allows.
    pub(crate) fn new(slots: u32) -> Result<Self, ReserveError> {
        assert!(slots > 0 && size_of::<T>() > 0 && align_of::<T>() <= MIN_PAGE);
        let mut slots = slots;
        loop {
            let bytes = slots as usize * size_of::<T>();
            match ZeroedPages::new(bytes) {
                Ok(mut pages) => {
                    return Ok(Self {
                        base: pages.base().cast(),
                        slots,
                        _pages: pages,
                    });
                }
                Err(source) if slots / 2 < MIN_SLOTS => {
                    return Err(ReserveError { bytes, source });
                }
                Err(_) => slots /= 2,
            }
        }
    }

    pub(crate) fn slots(&self) -> u32 {
        self.slots
    }

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
        // SAFETY: the index is in bounds, and the pages are aligned for `T` and valid
        // for as long as `self` is; the caller answers for the contents and for the
        // absence of `&mut T`.
        unsafe { self.base.add(index).as_ref() }
    }

    /// The index of an element of this reservation.
    pub(crate) fn index_of(&self, element: &T) -> u32 {
        let offset = std::ptr::from_ref(element).addr() - self.base.addr().get();
        (offset / size_of::<T>()) as u32
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
