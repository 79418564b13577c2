//! Memory from mimalloc.
//!
//! Rust asks for memory of an alignment, and mimalloc's functions for that look at
//! the alignment of every block that they give. But all blocks are aligned as C's
//! `malloc` promises, which is enough for nearly everything; so it is asked for
//! memory as C asks for it.

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc,
    mi_zalloc_aligned,
};
use std::alloc::{GlobalAlloc, Layout};

/// The allocator of the program.
pub struct Mimalloc;

/// Whether any block of the size has the alignment: 16, or for smaller blocks 8.
#[inline]
fn is_natural(size: usize, align: usize) -> bool {
    align <= 8 || (align == 16 && size >= 16)
}

// SAFETY: mimalloc gives blocks of at least the size, with the alignment asked for
// or, as `malloc` of C, with that of `is_natural`. It never unwinds.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size and any power of two will do.
        unsafe {
            match is_natural(size, align) {
                true => mi_malloc(size).cast(),
                false => mi_malloc_aligned(size, align).cast(),
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as in `alloc`.
        unsafe {
            match is_natural(size, align) {
                true => mi_zalloc(size).cast(),
                false => mi_zalloc_aligned(size, align).cast(),
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller gives back a block from here.
        unsafe { mi_free(block.cast()) };
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        // SAFETY: the caller gives a block from here.
        unsafe {
            match is_natural(size, align) {
                true => mi_realloc(block.cast(), size).cast(),
                false => mi_realloc_aligned(block.cast(), size, align).cast(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_as_asked() {
        for size in [1, 3, 8, 9, 15, 16, 17, 24, 40, 100, 1000, 5000, 1 << 20] {
            for shift in 0..8 {
                let layout = Layout::from_size_align(size, 1 << shift).expect("small");
                // SAFETY: the size is not 0, and each block is given back as it was
                // got last.
                unsafe {
                    let block = Mimalloc.alloc(layout);
                    assert!(!block.is_null() && block.addr().is_multiple_of(layout.align()));
                    block.write_bytes(7, size);
                    let block = Mimalloc.realloc(block, layout, size + 5);
                    assert!(block.addr().is_multiple_of(layout.align()));
                    assert_eq!((block.read(), block.add(size - 1).read()), (7, 7));
                    Mimalloc.dealloc(block, layout);
                    let block = Mimalloc.alloc_zeroed(layout);
                    assert_eq!((block.read(), block.add(size - 1).read()), (0, 0));
                    Mimalloc.dealloc(block, layout);
                }
            }
        }
    }
}
