//! The word that a site is.

use std::fmt;

/// A place in an extension's code, with as much of the stack above as was asked
/// for. One word, free to copy, never freed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
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

    /// The jump of a function to what is at `offset` of the context. Where it is
    /// will be looked for when somebody wants to read it.
    #[inline(always)]
    pub(super) fn of_jump(function: usize, offset: usize) -> Self {
        let target = (offset / size_of::<usize>()) as u64;
        Self(function as u64 | target << ADDRESS_BITS | JUMP)
    }

    /// The place where a function begins: the best answer where it is known that
    /// something happened in it and no more.
    pub fn of_function(function: *const std::ffi::c_void) -> Self {
        Self::of_address(function.addr())
    }

    pub(super) fn of_address(function: usize) -> Self {
        match function {
            0 => Self::UNKNOWN,
            address => Self(address as u64 | FUNCTION),
        }
    }

    pub(super) fn of_stack(number: u32) -> Self {
        Self(u64::from(number) | STACK)
    }

    #[inline(always)]
    pub(super) fn of_return(address: usize) -> Self {
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

    /// What the word says.
    pub(super) fn parts(self) -> SiteParts {
        if self.is_unknown() {
            SiteParts::Unknown
        } else if self.0 & STACK != 0 {
            SiteParts::Stack((self.0 & !STACK) as u32)
        } else if self.0 & FUNCTION != 0 {
            SiteParts::Function((self.0 & !FUNCTION) as usize)
        } else if self.0 & JUMP != 0 {
            let target = (self.0 & !JUMP) >> ADDRESS_BITS;
            SiteParts::Jump {
                function: (self.0 & ADDRESS) as usize,
                offset: target as usize * size_of::<usize>(),
            }
        } else {
            SiteParts::Return(self.0 as usize)
        }
    }
}

/// What a [`Site`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SiteParts {
    Unknown,
    /// A return address.
    Return(usize),
    /// The number of an interned stack.
    Stack(u32),
    /// The first instruction of a function.
    Function(usize),
    /// A jump of a function to what is at an offset of the context.
    Jump {
        function: usize,
        offset: usize,
    },
}

/// Not resolved, so that printing a structure costs nothing.
impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({:#x})", self.0)
    }
}
