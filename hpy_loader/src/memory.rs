//! Whether there is memory for something large.
//!
//! Rust ends the process when an allocation fails, and so do libraries that
//! allocate without asking. C and Python choose sizes at will, and expect a
//! `MemoryError`. So the loader and its runtimes ask here first.
//!
//! The answer is the operating system's, not the allocator's: one that maps large
//! blocks without reserving them promises memory that is not there, and what
//! follows is the death of the process when the memory is written to.

/// What is smaller than this is not asked for: the allocator has pages in stock,
/// and the question would cost more than the memory.
const SMALL: usize = 1 << 16;

/// Whether `bytes` more could be had just now. Nobody keeps them for the caller,
/// so this is a matter of good sense and not of safety.
#[inline]
pub fn is_available(bytes: usize) -> bool {
    bytes < SMALL || can_map(bytes)
}

#[cold]
fn can_map(bytes: usize) -> bool {
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
}
