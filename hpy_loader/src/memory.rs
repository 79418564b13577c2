//! Whether there is memory for something large.
//!
//! Rust ends the process when an allocation fails, and so do libraries that
//! allocate without asking. C and Python choose sizes at will, and expect a
//! `MemoryError`. So the loader and its runtimes ask here first.
//!
//! The answer is the operating system's, not the allocator's: one that maps large
//! blocks without reserving them promises memory that is not there, and what
//! follows is the death of the process when the memory is written to.

use crate::platform::errno::KeptErrno;

/// What is smaller than this is not asked for: the allocator has pages in stock,
/// and the question would cost more than the memory.
const SMALL: usize = 1 << 16;

/// Whether `bytes` more could be had just now. Nobody keeps them for the caller,
/// so this is a matter of good sense and not of safety.
#[inline]
pub fn is_available(bytes: usize) -> bool {
    bytes < SMALL || can_map(bytes)
}

/// Whether `bytes` at `start` can be what somebody says they are: memory of this process.
/// Of more than could be had just now, the system is asked whether there is a page at
/// either end. Of less than that only the address is looked at: the first pages, where
/// `NULL` and small numbers lead, and addresses that no program has, are no memory. The
/// answer is yes for whatever it can't tell.
#[inline]
pub fn is_plausible(start: *const u8, bytes: usize) -> bool {
    bytes == 0 || may_be_memory(start, bytes) && (is_available(bytes) || is_mapped(start, bytes))
}

/// Systems keep the first 64 KiB free, and give half of the address space to programs.
#[inline]
fn may_be_memory(start: *const u8, bytes: usize) -> bool {
    let end = start.addr().checked_add(bytes);
    let is_below_system = |end: usize| usize::BITS < 64 || end <= 1 << 56;
    start.addr() >= SMALL && end.is_some_and(is_below_system)
}

#[cold]
fn is_mapped(start: *const u8, bytes: usize) -> bool {
    let end = start.addr().checked_add(bytes);
    let last = end.map(|end| std::ptr::without_provenance(end - 1));
    last.is_some_and(|last| {
        [start, last]
            .into_iter()
            .all(crate::platform::pages::is_mapped)
    })
}

#[cold]
fn can_map(bytes: usize) -> bool {
    let _errno = KeptErrno::new();
    crate::platform::pages::can_map(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "asks for more than Miri has")]
    fn there_is_some_memory_and_not_all() {
        assert!(is_available(0) && is_available(1 << 20));
        assert!(!is_available(1 << 50) && !is_available(usize::MAX));
    }

    #[test]
    #[cfg_attr(miri, ignore = "asks the system for pages")]
    fn memory_that_is_not_there_is_found_out() {
        let memory = [0_u8; 8];
        assert!(is_plausible(memory.as_ptr(), 8));
        for bytes in [1 << 45, 1 << 62, usize::MAX] {
            assert!(!is_plausible(memory.as_ptr(), bytes), "{bytes}");
        }
        for address in [0, 8, 4096, usize::MAX - 4, 0x5a5a_5a5a_5a5a_5a5a] {
            let start = std::ptr::without_provenance(address);
            assert!(!is_plausible(start, 1), "{address:#x}");
            assert!(is_plausible(start, 0));
        }
    }
}
