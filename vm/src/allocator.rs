//! Memory for text that C reads.
//!
//! HPy promises that the memory behind `HPyUnicode_AsUTF8AndSize` and `HPyBytes_AsString` ends
//! with NUL and stays where it is while the *object* lives. RustPython's `str` is a
//! `Box<Wtf8>` and its `bytes` a `Vec<u8>`: they stay where they are, but there is no NUL.
//!
//! So this program's allocator gives each run of bytes, which is what has the alignment 1, one
//! byte more than was asked for. Behind the content of any `str` or `bytes` there is then a
//! byte that nobody uses: that one, or one that a `Vec` has in reserve and, since `bytes` do
//! not grow, never comes to use. The NUL is written there when C asks for the memory
//! ([`terminated`]). Nothing has to be copied, found again, kept or freed, and whether C has
//! looked at an object makes no difference to it.
//!
//! (Weighed against it: a copy beside a reference to its object, which is dropped when the
//! reference is the last one. It needs a table, a lock and a hash for each look, and whoever
//! counts references sees one more; finalizers of subclasses ran late or never.)

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicU8, Ordering};

/// The allocator of this program.
pub struct Allocator;

/// What is asked of the allocator below for what was asked of this one.
#[inline]
const fn with_room(layout: Layout) -> Layout {
    if layout.align() != 1 || layout.size() == isize::MAX as usize {
        return layout;
    }
    // SAFETY: the alignment is 1, and the size no more than the largest.
    unsafe { Layout::from_size_align_unchecked(layout.size() + 1, 1) }
}

// SAFETY: what is handed out is the other allocator's, which is always asked for the same
// layout where this one is, and that is as large or larger.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the other one's too.
        unsafe { MiMalloc.alloc(with_room(layout)) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { MiMalloc.alloc_zeroed(with_room(layout)) }
    }

    #[inline]
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { MiMalloc.dealloc(start, with_room(layout)) };
    }

    #[inline]
    unsafe fn realloc(&self, start: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the size with this alignment.
        let new = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: as above.
        unsafe { MiMalloc.realloc(start, with_room(layout), with_room(new).size()) }
    }
}

/// The content of a `str` or `bytes`, with a NUL behind it.
///
/// # Safety
///
/// `content` is all that there is of a `Box` of bytes, or of a `Vec` of them that never
/// changes again.
#[inline]
pub unsafe fn terminated(content: &[u8]) -> *const [u8] {
    if content.is_empty() {
        // There may be no memory behind it.
        return std::ptr::slice_from_raw_parts(c"".as_ptr().cast(), 0);
    }
    let start = content.as_ptr();
    let end = start.expose_provenance() + content.len();
    let end = std::ptr::with_exposed_provenance_mut::<u8>(end);
    // SAFETY: the byte belongs to the run of bytes, since the allocator gave one more than was
    // asked for, and nobody looks at it: the box ends before it, and the vector does not
    // come to use it. All who write there write the same, as one step.
    unsafe { AtomicU8::from_ptr(end) }.store(0, Ordering::Relaxed);
    std::ptr::slice_from_raw_parts(start, content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that C would see, to the NUL.
    fn as_c_sees(content: &[u8]) -> &[u8] {
        // SAFETY: the callers below have boxes and vectors, all of it.
        let text = unsafe { terminated(content) };
        // SAFETY: there is a NUL.
        unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_bytes()
    }

    #[test]
    fn there_is_room_for_a_nul_behind_any_run_of_bytes() {
        let mut all = Vec::new();
        for length in (0..300).chain([4095, 4096, 4097, 1 << 20]) {
            let boxed = vec![b'x'; length].into_boxed_slice();
            let mut reserved = Vec::with_capacity(length + length % 7);
            reserved.resize(reserved.capacity(), b'y');
            reserved.truncate(length);
            let mut shrunk = vec![b'z'; 2 * length];
            shrunk.truncate(length);
            shrunk.shrink_to_fit();
            all.push((boxed, reserved, shrunk));
        }
        for (boxed, reserved, shrunk) in &all {
            let length = boxed.len();
            assert_eq!(as_c_sees(boxed), vec![b'x'; length]);
            assert_eq!(as_c_sees(reserved), vec![b'y'; length]);
            assert_eq!(as_c_sees(shrunk), vec![b'z'; length]);
        }
        // No NUL has hit anybody else's bytes.
        for (boxed, reserved, shrunk) in &all {
            assert!(boxed.iter().all(|&byte| byte == b'x'));
            assert!(reserved.iter().all(|&byte| byte == b'y'));
            assert!(shrunk.iter().all(|&byte| byte == b'z'));
        }
    }
}
