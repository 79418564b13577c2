//! Who called a function of the context.
//!
//! A function written in Rust cannot learn its return address, nor the stack
//! and frame pointers that its caller had. A few instructions before it can:
//! `with_caller!` makes an entry that stores the three beside the context, where
//! [`Registers`] are, and jumps to the function. No frame is added, and whoever
//! does not ask pays for three stores.
//!
//! The registers stay there until the next call with the same context. A function that
//! calls back into C reads them before that.

use std::cell::Cell;

/// The registers of the last caller of a context, in a structure that begins with
/// the context.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Registers {
    address: Cell<usize>,
    stack: Cell<usize>,
    frame: Cell<usize>,
}

impl Registers {
    /// The address that the call returns to.
    #[inline(always)]
    pub fn address(&self) -> usize {
        self.address.get()
    }

    /// All of them.
    #[inline(always)]
    pub fn caller(&self) -> Caller {
        // On x86-64 the call has pushed a word that is not the caller's.
        const PUSHED: usize = if cfg!(target_arch = "x86_64") { 8 } else { 0 };
        let stack = self.stack.get().wrapping_add(PUSHED);
        Caller::at(self.address.get(), stack, self.frame.get())
    }
}

/// A function of the context, as C came to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    /// The address that the call returns to.
    pub address: usize,
    /// Where the function is in the context.
    pub offset: usize,
}

/// The registers of C code at the moment when it went into the context.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    address: usize,
    stack: usize,
    frame: usize,
    /// Where the function that it called is in the context, or 0.
    pub(super) offset: u32,
}

impl Caller {
    /// Nothing is known of the caller.
    pub const UNKNOWN: Self = Self::at(0, 0, 0);

    /// From the values of the registers.
    #[inline(always)]
    pub(crate) const fn at(address: usize, stack: usize, frame: usize) -> Self {
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
        // A return address is one past the instruction that is meant.
        Self::at(instruction + 1, stack, frame)
    }

    /// The function that this is called in.
    #[inline(always)]
    pub(crate) fn here() -> Self {
        #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
        {
            let (address, stack, frame);
            // SAFETY: three registers are read.
            unsafe {
                #[cfg(target_arch = "x86_64")]
                std::arch::asm!(
                    "lea {}, [rip]
                     mov {}, rsp
                     mov {}, rbp",
                    out(reg) address,
                    out(reg) stack,
                    out(reg) frame,
                    options(nomem, preserves_flags)
                );
                #[cfg(target_arch = "aarch64")]
                std::arch::asm!(
                    "adr {}, .
                     mov {}, sp
                     mov {}, x29",
                    out(reg) address,
                    out(reg) stack,
                    out(reg) frame,
                    options(nomem, nostack, preserves_flags)
                );
            }
            Self::interrupted(address, stack, frame)
        }
        #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
        Self::UNKNOWN
    }

    /// The address that the call returns to.
    #[inline(always)]
    pub fn address(self) -> usize {
        self.address
    }
}

/// Makes a C function that notes who called and jumps to another one:
///
/// ```text
/// with_caller! {
///     pub fn entry<R: Runtime>(context: *mut HPyContext, h: HPy) -> HPy, at 1888 => target::<R>
/// }
/// ```
///
/// where `target` takes the same arguments, the first points to the context, and
/// [`Registers`] are that many bytes after it.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_caller {
    (
        $visibility:vis fn $name:ident $(<$R:ident: $bound:path>)? ($($arg:ident: $type:ty),* $(,)?)
        $(-> $ret:ty)?, at $offset:expr => $target:path
    ) => {
        #[unsafe(naked)]
        $visibility unsafe extern "C" fn $name $(<$R: $bound>)? ($($arg: $type),*) $(-> $ret)? {
            // Those registers are used that no argument is in and no function has to keep.
            core::arch::naked_asm!(
                #[cfg(target_arch = "x86_64")]
                "mov rax, qword ptr [rsp]
                 mov qword ptr [rdi + {address}], rax
                 mov qword ptr [rdi + {stack}], rsp
                 mov qword ptr [rdi + {frame}], rbp
                 jmp {target}",
                #[cfg(target_arch = "aarch64")]
                "mov x16, sp
                 str x30, [x0, #{address}]
                 str x16, [x0, #{stack}]
                 str x29, [x0, #{frame}]
                 b {target}",
                address = const $offset,
                stack = const $offset + 8,
                frame = const $offset + 16,
                target = sym $target,
            )
        }
    };
}

/// Elsewhere, and under Miri, nobody knows who called.
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_caller {
    (
        $visibility:vis fn $name:ident $(<$R:ident: $bound:path>)? ($($arg:ident: $type:ty),* $(,)?)
        $(-> $ret:ty)?, at $offset:expr => $target:path
    ) => {
        $visibility unsafe extern "C" fn $name $(<$R: $bound>)? ($($arg: $type),*) $(-> $ret)? {
            let _: usize = $offset;
            // SAFETY: the arguments are passed on.
            unsafe { $target($($arg),*) }
        }
    };
}
