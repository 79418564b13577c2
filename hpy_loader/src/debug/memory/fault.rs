//! What happens when C touches a borrowed buffer or other memory as it must not.
//!
//! The processor raises a fault, which the system turns into a signal. A handler
//! tells faults in borrowed buffers from all others by their address, lets the mode
//! report, and ends the process with `abort`, as every fatal error of the mode
//! does. Other faults are reported in the same way where the mode wants that, apart
//! from stacks that overflow, on which nothing can run; and so are the other signals
//! by which C ends a process, such as that of `abort`. What remains goes to whoever
//! handled it before.
//!
//! A handler may do little, and has a stack of a few kilobytes. A report reads
//! files. So the handler only notes what happened and has the thread go on in a
//! function that reports, on the thread's own stack, as if C had called it: the
//! fault is C's own instruction, so that this is like any call of the context.

use crate::sites::Caller;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::OnceLock;

/// What to do about one address range.
struct Watched {
    range: Range<usize>,
    reporter: Box<dyn Reporter>,
    /// What handled each of [`SIGNALS`].
    before: [libc::sigaction; SIGNALS.len()],
}

/// The signals by which C ends a process. Only the first tells of a borrowed buffer.
const SIGNALS: [c_int; 5] = [
    libc::SIGSEGV,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
];

/// Who reports faults, in code that was interrupted anywhere.
pub trait Reporter: Send + Sync {
    /// Whether faults outside of borrowed buffers are reported as well. Asked in a
    /// signal handler.
    fn wants_all(&self) -> bool;

    /// Reports one, if it is to be reported. The process ends after that.
    fn report(&self, fault: Fault);
}

/// One fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The signal that it has become.
    pub signal: c_int,
    /// What was touched, if that is known.
    pub address: Option<usize>,
    /// Whether that is in a borrowed buffer.
    pub is_borrowed: bool,
    /// Whether it was to be written.
    pub is_write: bool,
    /// The code that did.
    pub caller: Caller,
    /// On this thread.
    thread: libc::pthread_t,
}

/// There is one handler for the process, and one range.
static WATCHED: OnceLock<Watched> = OnceLock::new();

/// Has faults reported, before the process ends: `range` holds the borrowed buffers. Only
/// the first call in a process has an effect.
pub fn watch(range: Range<usize>, reporter: Box<dyn Reporter>) {
    WATCHED.get_or_init(|| {
        // SAFETY: zeros are a valid action, and the handler fits its flags. What
        // is written to are local variables.
        let before = SIGNALS.map(|signal| unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            let mut before: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &raw const action, &raw mut before);
            before
        });
        Watched {
            range,
            reporter,
            before,
        }
    });
}

unsafe extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(watched) = WATCHED.get() else {
        return;
    };
    // SAFETY: the kernel gives the information about this signal.
    let address = unsafe { (*info).si_addr() }.addr();
    // SAFETY: as above.
    let code = unsafe { (*info).si_code };
    let is_known = signal == libc::SIGSEGV && code != SI_KERNEL;
    // Another process may send any of them, which is nobody's fault here.
    let is_own = signal != libc::SIGABRT || code == SI_TKILL;
    // SAFETY: the kernel gives the context of the thread.
    let (caller, is_write) = unsafe { interrupted(context) };
    let is_borrowed = is_known && watched.range.contains(&address);
    let is_overflow = is_known && address.abs_diff(caller.stack()) < NEAR;
    if is_borrowed || (is_own && !is_overflow && watched.reporter.wants_all()) {
        let fault = Fault {
            signal,
            address: is_known.then_some(address),
            is_borrowed,
            is_write,
            caller,
            // SAFETY: it has no preconditions.
            thread: unsafe { libc::pthread_self() },
        };
        let end_of = match FAULT.set(fault) {
            Ok(()) => Some(end as extern "C" fn() -> !),
            // A second thread that gets here has to wait for the end. The report
            // itself may fail as well, in a process that is broken.
            Err(fault) => {
                let is_other = FAULT
                    .get()
                    .is_some_and(|first| first.thread != fault.thread);
                is_other.then_some(wait as extern "C" fn() -> !)
            }
        };
        if let Some(end) = end_of {
            // SAFETY: the kernel gives the context of the thread.
            unsafe { go_on_with(context, end) };
            return;
        }
    }
    let place = SIGNALS.iter().position(|&known| known == signal);
    let Some(before) = place.and_then(|place| watched.before.get(place)) else {
        return;
    };
    // SAFETY: the former handler gets what this one was given; without one, the
    // instruction faults again, or `abort` raises its signal again, and the default is
    // in place then.
    unsafe {
        match before.sa_sigaction {
            libc::SIG_DFL | libc::SIG_IGN => {
                libc::sigaction(signal, &raw const *before, std::ptr::null_mut());
                if code <= 0 {
                    // It was sent, and does not come again by itself.
                    libc::raise(signal);
                }
            }
            handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                    std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}

/// The code of a fault whose address the processor does not tell.
const SI_KERNEL: c_int = 0x80;

/// The code of a signal that a thread has sent to itself, as `raise` does.
const SI_TKILL: c_int = -6;

/// An access so near to the stack's end is one to the stack.
const NEAR: usize = 1 << 16;

/// The fault that ends the process.
static FAULT: OnceLock<Fault> = OnceLock::new();

/// Where a thread goes on after a fault.
extern "C" fn end() -> ! {
    if let (Some(watched), Some(&fault)) = (WATCHED.get(), FAULT.get()) {
        watched.reporter.report(fault);
    }
    std::process::abort()
}

/// Where another thread does meanwhile.
extern "C" fn wait() -> ! {
    loop {
        std::thread::park();
    }
}

/// Has the thread go on in `function` when the handler returns.
///
/// # Safety
///
/// `context` is what the kernel gives a handler.
#[cfg(target_arch = "x86_64")]
unsafe fn go_on_with(context: *mut c_void, function: extern "C" fn() -> !) {
    // SAFETY: the caller vouches for it.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    // Below what the interrupted function may use without saying so, and as it
    // is after a call: eight bytes off a multiple of 16.
    let stack = (registers[libc::REG_RSP as usize] - 256) & !15;
    registers[libc::REG_RSP as usize] = stack - 8;
    registers[libc::REG_RIP as usize] = function as usize as i64;
}

/// # Safety
///
/// As above.
#[cfg(target_arch = "aarch64")]
unsafe fn go_on_with(context: *mut c_void, function: extern "C" fn() -> !) {
    // SAFETY: the caller vouches for it.
    let machine = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    machine.sp = (machine.sp - 256) & !15;
    machine.pc = function as usize as u64;
}

/// # Safety
///
/// As above.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn go_on_with(_: *mut c_void, function: extern "C" fn() -> !) {
    function()
}

/// The code that was interrupted, and whether it was to write.
///
/// # Safety
///
/// `context` is what the kernel gives a handler.
#[cfg(target_arch = "x86_64")]
unsafe fn interrupted(context: *mut c_void) -> (Caller, bool) {
    // SAFETY: the caller vouches for it.
    let registers = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    let register = |number: c_int| registers[number as usize] as usize;
    let caller = Caller::interrupted(
        register(libc::REG_RIP),
        register(libc::REG_RSP),
        register(libc::REG_RBP),
    );
    // Bit 1 of the page fault's error code.
    (caller, register(libc::REG_ERR) & 2 != 0)
}

/// # Safety
///
/// As above.
#[cfg(target_arch = "aarch64")]
unsafe fn interrupted(context: *mut c_void) -> (Caller, bool) {
    // SAFETY: the caller vouches for it.
    let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
    let frame = machine.regs[29] as usize;
    let caller = Caller::interrupted(machine.pc as usize, machine.sp as usize, frame);
    // Whether it was a write is in a record of the context that is not always
    // there; a buffer that is still borrowed can only be written wrongly, which the
    // report finds out by itself.
    (caller, false)
}

/// # Safety
///
/// As above.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn interrupted(_: *mut c_void) -> (Caller, bool) {
    (Caller::UNKNOWN, false)
}
