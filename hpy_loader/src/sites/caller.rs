//! Who called a function of the context.
//!
//! A function written in Rust cannot learn its return address, nor the stack
//! and frame pointers that its caller had. A few instructions before it can:
//! `with_caller!` makes an entry that puts the three into registers and jumps
//! to the function, which takes them as arguments. No frame is added, nothing
//! is stored.
//!
//! The registers are those for floating-point arguments. Rows of the context
//! take up to five integers, each row another number, so there is no integer
//! register that is the next one for all of them. But they take one `double` at
//! most. A [`Register`] is passed in two floating-point registers of which the
//! second counts; it is loaded into the second and the third, and so is right
//! whether there is a `double` before it or not. The convention is the same on
//! x86-64 and AArch64.

/// A machine word on its way from an entry to the function behind it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Register {
    gap: f64,
    word: f64,
}

impl Register {
    /// What is passed where there are no entries.
    pub const NONE: Self = Self {
        gap: 0.0,
        word: 0.0,
    };

    #[inline(always)]
    fn word(self) -> usize {
        // Moving a double never changes its bits on these machines.
        self.word.to_bits() as usize
    }
}

/// The registers of C code at the moment when it went into the context.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    address: usize,
    stack: usize,
    frame: usize,
    /// Where the function that it called is in the context, or 0.
    offset: u32,
}

impl Caller {
    /// Nothing is known of the caller.
    pub const UNKNOWN: Self = Self {
        address: 0,
        stack: 0,
        frame: 0,
        offset: 0,
    };

    /// From the values of the registers.
    #[inline(always)]
    pub(crate) fn at(address: usize, stack: usize, frame: usize) -> Self {
        Self {
            address,
            stack,
            frame,
            offset: 0,
        }
    }

    /// The values for [`at`](Self::at).
    #[inline(always)]
    pub(crate) fn registers(self) -> (usize, usize, usize) {
        (self.address, self.stack, self.frame)
    }

    /// From what an entry passes.
    #[inline(always)]
    pub fn new(address: Register, stack: Register, frame: Register) -> Self {
        // On x86-64 the call has pushed a word that is not the caller's.
        const PUSHED: usize = if cfg!(target_arch = "x86_64") { 8 } else { 0 };
        Self {
            address: address.word(),
            stack: stack.word().wrapping_add(PUSHED),
            frame: frame.word(),
            offset: 0,
        }
    }

    /// With the offset in the context of the function that was called. Some sites
    /// can only be found with it.
    #[inline(always)]
    pub fn calling(self, offset: usize) -> Self {
        Self {
            offset: offset as u32,
            ..self
        }
    }

    /// C code that was interrupted rather than made a call: `instruction` is the
    /// one it was at, as a signal handler is told.
    pub fn interrupted(instruction: usize, stack: usize, frame: usize) -> Self {
        Self {
            // A return address is one past the instruction that is meant.
            address: instruction + 1,
            stack,
            frame,
            offset: 0,
        }
    }

    /// The address that the call returns to.
    #[inline(always)]
    pub fn address(self) -> usize {
        self.address
    }

    pub(super) fn offset(self) -> u32 {
        self.offset
    }

    pub(super) fn stack(self) -> usize {
        self.stack
    }

    pub(super) fn frame(self) -> usize {
        self.frame
    }
}

/// Makes a C function that jumps to another one and tells it who called:
///
/// ```ignore
/// with_caller! { pub fn entry<R: Runtime>(context: *mut HPyContext, h: HPy) -> HPy => target::<R> }
/// ```
///
/// where `target` takes the same arguments and then three [`Register`]s, for
/// [`Caller::new`]. At most five of the arguments are integers or pointers, at
/// most one is a `double`.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
#[macro_export]
macro_rules! with_caller {
    (
        $visibility:vis fn $name:ident $(<$R:ident: $bound:path>)? ($($arg:ident: $type:ty),* $(,)?)
        $(-> $ret:ty)? => $target:path
    ) => {
        #[unsafe(naked)]
        $visibility unsafe extern "C" fn $name $(<$R: $bound>)? ($($arg: $type),*) $(-> $ret)? {
            $crate::jump_with_caller!($target)
        }
    };
}

/// The instructions of an entry.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! jump_with_caller {
    ($target:path) => {
        core::arch::naked_asm!(
            "movsd xmm1, qword ptr [rsp]",
            "movsd xmm2, qword ptr [rsp]",
            "movq xmm3, rsp",
            "movq xmm4, rsp",
            "movq xmm5, rbp",
            "movq xmm6, rbp",
            "jmp {}",
            sym $target,
        )
    };
}

/// The instructions of an entry.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! jump_with_caller {
    ($target:path) => {
        core::arch::naked_asm!(
            "mov x16, sp",
            "fmov d1, x30",
            "fmov d2, x30",
            "fmov d3, x16",
            "fmov d4, x16",
            "fmov d5, x29",
            "fmov d6, x29",
            "b {}",
            sym $target,
        )
    };
}

/// Elsewhere, and under Miri, nobody knows who called.
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[macro_export]
macro_rules! with_caller {
    (
        $visibility:vis fn $name:ident $(<$R:ident: $bound:path>)? ($($arg:ident: $type:ty),* $(,)?)
        $(-> $ret:ty)? => $target:path
    ) => {
        $visibility unsafe extern "C" fn $name $(<$R: $bound>)? ($($arg: $type),*) $(-> $ret)? {
            let nobody = $crate::sites::Register::NONE;
            // SAFETY: the arguments are passed on.
            unsafe { $target($($arg,)* nobody, nobody, nobody) }
        }
    };
}
#[cfg(test)]
mod tests {
    use crate::abi::context::{ROWS, RowKind};

    /// No row may take a second `double`, or so many integers that the stack is
    /// needed.
    #[test]
    fn the_rows_leave_the_registers_free() {
        for row in ROWS {
            if let RowKind::Function { params, .. } = row.kind {
                let doubles = params
                    .iter()
                    .filter(|&&param| matches!(param, "double" | "f64"))
                    .count();
                assert!(doubles <= 1, "{}", row.name);
                assert!(params.len() - doubles <= 5, "{}", row.name);
            }
        }
    }
}
