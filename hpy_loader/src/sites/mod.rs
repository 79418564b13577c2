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
mod frame;
mod jump;
mod python;
mod stacks;
mod symbols;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod walk;

pub use call::Call;
pub(crate) use caller::Entered;
pub use caller::{Caller, Registers};
pub use frame::{Frame, Place};
pub use python::{Position, PythonFrame, PythonStack};

use std::fmt;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod walk {
    //! No unwinder for this machine: stacks have one frame.

    use super::Caller;
    use crate::platform::images::Images;

    #[derive(Default)]
    pub struct Walker;

    impl Walker {
        pub fn walk(
            &mut self,
            caller: Caller,
            images: &mut Images,
            visit: &mut dyn FnMut(&mut Images, usize) -> bool,
        ) {
            visit(images, caller.address());
        }
    }
}

/// A place in an extension's code, with as much of the stack above as was asked
/// for. One word, free to copy, never freed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site(u64);

/// Marks a site whose lower bits are the number of an interned stack.
const STACK: u64 = 1 << 63;
/// Marks a site that is the first instruction of a function.
const FUNCTION: u64 = 1 << 62;
/// Marks a site that is a jump of a function: its address, and above it what it
/// jumped to, as a number of words in the context.
const JUMP: u64 = 1 << 61;
/// The bits of an address.
const ADDRESS_BITS: u32 = 52;
const ADDRESS: u64 = (1 << ADDRESS_BITS) - 1;

impl Site {
    /// No place is known.
    pub const UNKNOWN: Self = Self(0);

    /// The place that `caller` is in, and up to `limit - 1` frames of C above
    /// it. (HPy's own inline functions come in addition.)
    ///
    /// With a limit of 1, from an address that was seen before, this is a few
    /// nanoseconds; a frame more costs about ten.
    #[inline]
    pub fn capture(caller: Caller, limit: usize) -> Self {
        if limit <= 1 && Self::is_known(caller.address()) {
            return Self::of_known(caller.address());
        }
        let (address, stack, frame) = caller.registers();
        stacks::capture(address, stack, frame, caller.offset(), limit)
    }

    /// The place in the extension's code from where whatever was interrupted was
    /// called, with the frames up to `limit` on both sides of it that are not the
    /// VM's; and whether the VM was at work, on the extension's behalf or its own.
    pub fn of_interrupted(caller: Caller, limit: usize) -> (Self, bool) {
        stacks::capture_interrupted(caller, limit)
    }

    /// Whether the return address was seen before and says all about one frame.
    #[inline(always)]
    fn is_known(address: usize) -> bool {
        stacks::is_enough(address)
    }

    /// The site of a return address that [is known](Self::is_known).
    #[inline(always)]
    fn of_known(address: usize) -> Self {
        Self(address as u64)
    }

    /// The place that C came from, if it was seen before and one frame is enough.
    /// `function` is the C function that the VM has called.
    #[inline(always)]
    pub(crate) fn seen(entered: Entered, function: usize) -> Option<Self> {
        let address = entered.address;
        if Self::is_known(address) {
            return Some(Self::of_known(address));
        }
        // It ended with the call.
        let is_jump = stacks::is_in_vm(address) && function != 0;
        is_jump.then(|| Self::of_jump(function, entered.offset))
    }

    /// The jump of a function to what is at `offset` of the context. Where it is
    /// will be looked for when somebody wants to read it.
    #[inline(always)]
    fn of_jump(function: usize, offset: usize) -> Self {
        let target = (offset / size_of::<usize>()) as u64;
        Self(function as u64 | target << ADDRESS_BITS | JUMP)
    }

    /// The place where a function begins: the best answer where it is known that
    /// something happened in it and no more.
    pub fn of_function(function: *const std::ffi::c_void) -> Self {
        Self::of_address(function.addr())
    }

    fn of_address(function: usize) -> Self {
        match function {
            0 => Self::UNKNOWN,
            address => Self(address as u64 | FUNCTION),
        }
    }

    /// The return address, if that is all.
    fn as_return(self) -> Option<usize> {
        let plain = self.0 & (STACK | FUNCTION | JUMP) == 0 && !self.is_unknown();
        plain.then_some(self.0 as usize)
    }

    fn of_stack(number: u32) -> Self {
        Self(u64::from(number) | STACK)
    }

    fn of_return(address: usize) -> Self {
        Self(address as u64)
    }

    /// A number that no other site has.
    pub fn key(self) -> u64 {
        self.0
    }

    /// Whether nothing is known.
    pub fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }

    /// The frames, innermost first: those that were inlined, then the function
    /// that they were inlined into, then its caller. Slow at first, as it reads
    /// the library's debug information.
    pub fn frames(self) -> Vec<Frame> {
        if self.is_unknown() {
            Vec::new()
        } else if self.0 & STACK != 0 {
            let addresses = stacks::addresses((self.0 & !STACK) as u32);
            frame::of_returns(&addresses)
        } else if self.0 & FUNCTION != 0 {
            frame::of_function((self.0 & !FUNCTION) as usize)
        } else if self.0 & JUMP != 0 {
            let target = (self.0 & !JUMP) >> ADDRESS_BITS;
            let offset = target as usize * size_of::<usize>();
            stacks::jump((self.0 & ADDRESS) as usize, offset as u32).frames()
        } else {
            frame::of_returns(&[self.0 as usize])
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// Not resolved, so that printing a structure costs nothing.
impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({:#x})", self.0)
    }
}
