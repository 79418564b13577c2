//! Memory of native structs.

use std::ffi::c_void;
use std::sync::atomic::AtomicU64;

use hpy_loader::native::NativeStruct;

/// 16 bytes, to which a struct is aligned. They are atomic because C writes what Rust
/// has a shared reference to.
#[derive(Default)]
#[repr(align(16))]
struct Block {
    _bytes: [AtomicU64; 2],
}

/// A native struct: zeroed, aligned to 16 bytes, never moved.
pub struct Native {
    blocks: Vec<Block>,
    size: usize,
}

impl Native {
    /// `None` if there is no memory for it.
    pub fn new(size: usize) -> Option<Self> {
        let count = size.div_ceil(size_of::<Block>());
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).ok()?;
        blocks.resize_with(count, Block::default);
        Some(Self { blocks, size })
    }

    /// Null if the struct is empty.
    pub fn as_ptr(&self) -> *mut c_void {
        match self.blocks.as_slice() {
            [] => std::ptr::null_mut(),
            blocks => blocks.as_ptr().cast_mut().cast(),
        }
    }

    /// What the loader needs to know of it.
    pub fn as_struct(&self) -> NativeStruct {
        NativeStruct::new(self.as_ptr(), self.size)
    }
}
