//! Sites: where in an extension something happened.
//!
//! Debug mode opens thousands of handles between two that matter, and of each
//! it must be able to say later which line of C opened it. So taking a site has
//! to cost next to nothing, and reading one may cost a lot.
//!
//! # Taking
//!
//! The answer to "which line" is an address: the one that a function of the
//! context returns to. C calls these functions through pointers of the context,
//! and the header's inline functions around them are compiled into the
//! extension's own, so the address lies in the function that its author wrote.
//! Rust has no stable way to ask for it; the entries made by `with_caller!` are
//! a few instructions that note it beside the context (see [`Registers`]).
//!
//! That address alone is the site, as long as it is enough:
//!
//! - Without optimisation the header's inline functions are functions like any
//!   others, and the address lies in `HPy_Dup` itself. Every address is judged
//!   once, by the name of its function; where it is one of HPy's, the stack is
//!   walked to the first function that is not.
//! - A function that ends with a call into the context jumps there if it was
//!   compiled with optimisation, and the address is its caller's, in the VM or in
//!   another function of the extension. The function that jumped is known, and
//!   the jump is looked for in its code.
//! - More frames are walked only if they are asked for.
//!
//! The walk reads the unwind tables that every ELF library has, with or without
//! debug information (frame pointers are what C code lacks). It ends where the
//! VM begins. Stacks are interned: a [`Site`] is one word and never freed.
//! There are as many as there are paths to the context in the extension's code.
//!
//! # Reading
//!
//! [`Site::frames`] reads the debug information of the library, in this
//! process, and falls back on symbols and offsets. What it has read stays.
//!
//! The Python stack above is [`PythonStack`]: of whatever runtime, taken once
//! in a call into C, however much happens in it.

#[macro_use]
mod caller;
mod call;
mod debug_file;
mod descriptions;
mod frame;
mod jump;
mod python;
mod site;
mod stacks;
mod symbols;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod walk;

pub use crate::runtime::{Position, PythonFrame};
pub use call::CallScope;
pub(crate) use caller::CallSite;
pub use caller::{Caller, Registers};
pub use frame::{CFrame, SourceLine};
pub use python::PythonStack;
pub use site::Site;

use site::SiteParts;
use std::path::PathBuf;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod walk {
    //! No unwinder for this machine: stacks have one frame.

    use super::caller::Caller;
    use crate::platform::images::Images;

    #[derive(Default)]
    pub struct Walker;

    pub struct Walk;

    impl Walker {
        pub fn step(&mut self, _: &mut Walk, _: &mut Images) -> Option<usize> {
            None
        }
    }

    impl Walk {
        pub fn new(_: Caller) -> Self {
            Self
        }
    }
}

impl Site {
    /// The place that `caller` is in, and up to `limit - 1` frames of C above
    /// it. (HPy's own inline functions come in addition.)
    ///
    /// With a limit of 1, from an address that was seen before, this is a few
    /// nanoseconds; a frame more costs about ten.
    #[inline]
    pub fn capture(caller: Caller, limit: usize) -> Self {
        if limit <= 1 && stacks::is_enough(caller.address()) {
            return Self::of_return(caller.address());
        }
        let (address, stack, frame) = caller.registers();
        stacks::capture(address, stack, frame, caller.offset, limit)
    }

    /// The place in the extension's code from where whatever was interrupted was
    /// called, with the frames up to `limit` on both sides of it that are not the
    /// VM's; and whether the VM was at work, on the extension's behalf or its own.
    pub fn of_interrupted(caller: Caller, limit: usize) -> (Self, bool) {
        stacks::capture_interrupted(caller, limit)
    }

    /// The place in the extension's code from where a library has called this function of
    /// the VM back. None if the VM has called the library.
    #[inline(never)]
    pub(crate) fn of_callback() -> Option<Self> {
        stacks::capture_callback(Caller::here())
    }

    /// Whether it is a function of the VM.
    pub(crate) fn is_in_vm(self) -> bool {
        match self.parts() {
            SiteParts::Function(address) => stacks::is_of_vm(address),
            _ => false,
        }
    }

    /// The place that C came from, if it was seen before and one frame is enough.
    /// `function` is the C function that the VM has called.
    #[inline(always)]
    pub(crate) fn seen(call_site: CallSite, function: usize) -> Option<Self> {
        let address = call_site.address;
        if stacks::is_enough(address) {
            return Some(Self::of_return(address));
        }
        // It ended with the call.
        let is_jump = stacks::is_in_vm(address) && function != 0;
        is_jump.then(|| Self::of_jump(function, call_site.offset))
    }

    /// The frames, innermost first: those that were inlined, then the function
    /// that they were inlined into, then its caller. Slow at first, as it reads
    /// the library's debug information.
    pub fn frames(self) -> Vec<CFrame> {
        match self.parts() {
            SiteParts::Unknown => Vec::new(),
            SiteParts::Stack(number) => of_returns(&stacks::addresses(number)),
            // Only the beginning is known.
            SiteParts::Function(address) => {
                let frame = |frame| CFrame {
                    whole_function: true,
                    distance: None,
                    ..frame
                };
                of_address(address).into_iter().map(frame).collect()
            }
            SiteParts::Jump { function, offset } => stacks::jump(function, offset as u32).frames(),
            SiteParts::Return(address) => of_returns(&[address]),
        }
    }
}

/// The frames of a stack of return addresses.
fn of_returns(addresses: &[usize]) -> Vec<CFrame> {
    // A return address is the next instruction, which may be another line's.
    addresses
        .iter()
        .flat_map(|address| of_address(address - 1))
        .collect()
}

fn of_address(address: usize) -> Vec<CFrame> {
    match stacks::image(address) {
        Some(image) => descriptions::describe(&image, address),
        // Code that no file was mapped for: made at run time.
        None => vec![CFrame {
            object: PathBuf::from("?"),
            offset: address,
            ..CFrame::default()
        }],
    }
}
