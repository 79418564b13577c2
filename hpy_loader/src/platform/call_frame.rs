//! The frame from which C is called, which nothing passes on its way out but a return.
//!
//! An exception of C++ that no function catches goes on to the functions that have called
//! C, and so does the unwinding by which `pthread_exit` ends a thread. Those are the VM's,
//! written in Rust, which has no way to let them pass: locks would stay taken, and in the
//! end the process is aborted by words that do not say whose function it was.
//!
//! So C is called from a frame of its own. The unwinder asks each frame, through its
//! *personality*, what to do; that of this frame answers that there is no way on, before
//! anything has been unwound. The answer to a C++ exception is what C++ has for one that
//! nobody catches, `std::terminate`. The stack is still whole then, with the line that has
//! thrown.
//!
//! The frame costs four instructions a call. It keeps the function that it calls, so that
//! the personality can tell which one it was.

use std::ffi::c_void;
use std::sync::OnceLock;

/// What was on its way out of a C function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Escape {
    /// The C function, or null if it is not known.
    pub function: *const c_void,
    pub cause: Cause,
}

/// Why a C function was to be left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause {
    /// The thread is ended: by `pthread_exit`, or because somebody has cancelled it.
    ThreadEnd,
    /// An exception: the class by which languages tell theirs apart, and what was thrown.
    Exception(u64, *mut c_void),
}

/// Reports an escape. If it returns, C++ calls `std::terminate`.
type Report = fn(&Escape);

static REPORT: OnceLock<Report> = OnceLock::new();

/// Has escapes reported. Only the first call has an effect.
pub(crate) fn report_escapes(report: Report) {
    REPORT.get_or_init(|| report);
}

/// A C function of `COUNT` arguments and one more, which calls the last one with the others:
/// `f(a, b)` as `entry::<2>()(a, b, f)`. All of them, and the result, are integers or
/// pointers of one word at most; there may be no result.
pub(crate) const fn entry<const COUNT: usize>() -> *const c_void {
    const { assert!(COUNT <= 5) };
    match COUNT {
        0 => entries::call_0 as *const c_void,
        1 => entries::call_1 as *const c_void,
        2 => entries::call_2 as *const c_void,
        3 => entries::call_3 as *const c_void,
        4 => entries::call_4 as *const c_void,
        _ => entries::call_5 as *const c_void,
    }
}

/// Does something from such a frame that runs C, by ways of Rust. A panic must not leave it.
pub(crate) fn within<T>(work: impl FnOnce() -> T) -> T {
    struct Work<F, T>(Option<F>, Option<T>);

    // What C throws is to pass it, on its way to the frame.
    extern "C-unwind" fn run<F: FnOnce() -> T, T>(work: *mut Work<F, T>) {
        // SAFETY: `within` passes what it has on its stack, and nobody else uses it now.
        let work = unsafe { &mut *work };
        work.1 = work.0.take().map(|function| function());
    }

    type Entry<W> = unsafe extern "C" fn(*mut W, extern "C-unwind" fn(*mut W));

    fn enter<F: FnOnce() -> T, T>(work: &mut Work<F, T>) {
        // SAFETY: a function of one argument and the function that takes it.
        let entry =
            unsafe { std::mem::transmute::<*const c_void, Entry<Work<F, T>>>(entry::<1>()) };
        // SAFETY: as `run` demands.
        unsafe { entry(work, run::<F, T>) };
    }

    let mut work = Work(Some(work), None);
    enter(&mut work);
    match work.1 {
        Some(result) => result,
        None => unreachable!("the function was called"),
    }
}

#[cfg(all(
    unix,
    not(target_vendor = "apple"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(miri)
))]
mod entries {
    use super::{Cause, Escape, REPORT};
    use std::ffi::{c_int, c_void};

    macro_rules! entries {
        ($($name:ident $intel:literal $arm:literal)*) => { $(
            #[unsafe(naked)]
            pub(super) unsafe extern "C" fn $name() {
                core::arch::naked_asm!(
                    // The personality is at an address relative to this one, of four bytes.
                    ".cfi_startproc
                     .cfi_personality 0x1b, {personality}",
                    #[cfg(target_arch = "x86_64")]
                    concat!("push ", $intel, "
                     .cfi_adjust_cfa_offset 8
                     call ", $intel, "
                     add rsp, 8
                     .cfi_adjust_cfa_offset -8
                     ret"),
                    #[cfg(target_arch = "aarch64")]
                    concat!("stp x29, x30, [sp, #-32]!
                     .cfi_def_cfa_offset 32
                     .cfi_offset 29, -32
                     .cfi_offset 30, -24
                     str ", $arm, ", [sp, #16]
                     mov x29, sp
                     blr ", $arm, "
                     ldp x29, x30, [sp], #32
                     .cfi_def_cfa_offset 0
                     .cfi_restore 29
                     .cfi_restore 30
                     ret"),
                    ".cfi_endproc",
                    personality = sym personality,
                )
            }
        )* };
    }

    entries! {
        call_0 "rdi" "x0"
        call_1 "rsi" "x1"
        call_2 "rdx" "x2"
        call_3 "rcx" "x3"
        call_4 "r8" "x4"
        call_5 "r9" "x5"
    }

    /// Where the frame keeps the function, seen from its stack pointer.
    const KEPT: usize = if cfg!(target_arch = "x86_64") { 0 } else { 16 };

    /// The values of the C++ ABI, `unwind.h`.
    const UA_FORCE_UNWIND: c_int = 8;
    const URC_FATAL_PHASE1_ERROR: c_int = 3;

    unsafe extern "C" {
        // SAFETY (for whoever calls it): the context is the unwinder's, of a frame.
        fn _Unwind_GetCFA(context: *mut c_void) -> usize;
    }

    /// What the unwinder asks.
    unsafe extern "C" fn personality(
        _version: c_int,
        actions: c_int,
        class: u64,
        exception: *mut c_void,
        context: *mut c_void,
    ) -> c_int {
        // SAFETY: the unwinder passes its context of the frame, whose stack pointer at the
        // call it gives.
        let stack = unsafe { _Unwind_GetCFA(context) };
        let kept = std::ptr::with_exposed_provenance::<*const c_void>(stack + KEPT);
        // SAFETY: the frame has put the function there, and has not ended.
        let function = unsafe { kept.read() };
        let is_forced = actions & UA_FORCE_UNWIND != 0;
        let cause = match is_forced {
            true => Cause::ThreadEnd,
            false => Cause::Exception(class, exception),
        };
        if let Some(report) = REPORT.get() {
            report(&Escape { function, cause });
        }
        if is_forced {
            std::process::abort();
        }
        URC_FATAL_PHASE1_ERROR
    }
}

/// Elsewhere whatever leaves C aborts the process by itself.
#[cfg(not(all(
    unix,
    not(target_vendor = "apple"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(miri)
)))]
mod entries {
    type Word = usize;

    macro_rules! entries {
        ($($name:ident($($argument:ident),*))*) => { $(
            pub(super) unsafe extern "C" fn $name(
                $($argument: Word,)*
                function: unsafe extern "C" fn($($argument: Word),*) -> Word,
            ) -> Word {
                // SAFETY: passed on to the caller.
                unsafe { function($($argument),*) }
            }
        )* };
    }

    entries! {
        call_0()
        call_1(a)
        call_2(a, b)
        call_3(a, b, c)
        call_4(a, b, c, d)
        call_5(a, b, c, d, e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_and_results_pass() {
        unsafe extern "C" fn sum(a: u8, b: i64, c: u32, d: usize, e: i16) -> i64 {
            i64::from(a) + b + i64::from(c) + d as i64 + i64::from(e)
        }
        type Sum = unsafe extern "C" fn(u8, i64, u32, usize, i16) -> i64;
        type Entry = unsafe extern "C" fn(u8, i64, u32, usize, i16, Sum) -> i64;
        // SAFETY: five integers, and a function that takes them.
        let result = unsafe {
            let entry = std::mem::transmute::<*const c_void, Entry>(entry::<5>());
            entry(1, -20, 300, 4000, 50, sum)
        };
        assert_eq!(result, 4331);
        assert_eq!(within(|| "done".to_owned()), "done");
    }
}
