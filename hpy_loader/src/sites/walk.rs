//! Walking the stack by the unwind tables.
//!
//! The tables are those that C++ exceptions and debuggers use; compilers write
//! them for C as well. [`framehop`] evaluates them and remembers what it found
//! for an address, so that a frame costs some nanoseconds the next time.
//!
//! Code that is in no table, or in a wrong one, ends the walk early. It can't
//! lead it astray: only the thread's own stack is read, upwards from where the
//! caller's frame ends.

use super::caller::Caller;
use crate::platform::images::{Image, Images};
use crate::platform::threads;
use framehop::{
    CacheNative, ExplicitModuleSectionInfo, FrameAddress, MayAllocateDuringUnwind, Module,
    UnwindRegsNative, Unwinder, UnwinderNative,
};
use object::{Object, ObjectSection};
use std::ops::Range;
use std::sync::Arc;

type Policy = MayAllocateDuringUnwind;

/// What is known of the tables so far.
pub struct Walker {
    unwinder: UnwinderNative<&'static [u8], Policy>,
    cache: CacheNative<Policy>,
    /// The images whose tables the unwinder has.
    images: Vec<Arc<Image>>,
}

impl Default for Walker {
    fn default() -> Self {
        Self {
            unwinder: UnwinderNative::new(),
            cache: CacheNative::new(),
            images: Vec::new(),
        }
    }
}

impl Walker {
    /// Goes on to the frame that called the present one; its return address. `None` where
    /// the stack can't be walked further.
    pub fn step(&mut self, walk: &mut Walk, images: &mut Images) -> Option<usize> {
        if !self.learn(walk.address, images) {
            return None;
        }
        let step = self.unwinder.unwind_frame(
            FrameAddress::from_return_address(walk.address as u64)?,
            &mut walk.registers,
            &mut self.cache,
            &mut |address| read(&walk.readable, address),
        );
        walk.address = step.ok().flatten().filter(|&next| next != 0)? as usize;
        Some(walk.address)
    }

    /// Makes sure that the unwinder has the tables for an address.
    fn learn(&mut self, address: usize, images: &mut Images) -> bool {
        if self
            .images
            .iter()
            .any(|image| image.range.contains(&address))
        {
            return true;
        }
        let Some(image) = images.find(address) else {
            return false;
        };
        self.unwinder.add_module(module(image));
        self.images.push(image.clone());
        true
    }
}

/// Where a walk has got to.
pub struct Walk {
    address: usize,
    registers: UnwindRegsNative,
    readable: Range<usize>,
}

impl Walk {
    /// In the caller's own frame.
    pub fn new(caller: Caller) -> Self {
        let (address, stack, frame) = caller.registers();
        Self {
            address,
            // On AArch64 the first is the link register. The call has overwritten the
            // caller's own one, so the caller has saved it and the tables say where.
            registers: UnwindRegsNative::new(address as u64, stack as u64, frame as u64),
            readable: stack_above(stack),
        }
    }
}

/// An image's tables as the unwinder takes them.
fn module(image: &Image) -> Module<&'static [u8]> {
    let section = |name| image.file.as_ref()?.section_by_name(name);
    let range = |name| {
        let section = section(name)?;
        Some(section.address()..section.address() + section.size())
    };
    let bytes = |name| section(name)?.data().ok();
    Module::new(
        image.path.display().to_string(),
        image.range.start as u64..image.range.end as u64,
        image.base as u64,
        ExplicitModuleSectionInfo {
            eh_frame_hdr_svma: range(".eh_frame_hdr"),
            eh_frame_hdr: bytes(".eh_frame_hdr"),
            eh_frame_svma: range(".eh_frame"),
            eh_frame: bytes(".eh_frame"),
            ..Default::default()
        },
    )
}

/// The frame of a function that has overrun the stack may begin as far below it.
const OVERRUN: usize = 1 << 20;

/// The part of this thread's stack from `from` to its outer end; nothing if
/// `from` is elsewhere, as in a coroutine.
fn stack_above(from: usize) -> Range<usize> {
    thread_local! {
        static STACK: Range<usize> = threads::stack();
    }
    // A thread that is ending may have no thread-local values any more.
    let above = STACK.try_with(|stack| match stack.contains(&from) {
        true => from..stack.end,
        false if (1..OVERRUN).contains(&stack.start.saturating_sub(from)) => stack.clone(),
        false => 0..0,
    });
    above.unwrap_or(0..0)
}

/// Reads a word of the stack.
fn read(readable: &Range<usize>, address: u64) -> Result<u64, ()> {
    let address = address as usize;
    let inside = address >= readable.start
        && address
            .checked_add(size_of::<u64>())
            .is_some_and(|end| end <= readable.end);
    if !inside || !address.is_multiple_of(align_of::<u64>()) {
        return Err(());
    }
    let word = std::ptr::with_exposed_provenance::<u64>(address);
    // SAFETY: aligned, and in the part of this thread's stack that is in use:
    // all frames from the caller's on are below functions that have not
    // returned. What C wrote there may be anything, and anything is a u64.
    Ok(unsafe { word.read_volatile() })
}
