//! The signals by which code ends its process: who raised one, where, and what the thread
//! does instead.
//!
//! A handler may do little, and has a stack of a few kilobytes. So whoever wants to do
//! more names a function, and the thread goes on in it when the handler returns, on its
//! own stack, as if the interrupted code had called the function.

use std::sync::atomic::{AtomicUsize, Ordering};

/// One of the signals that [`intercept`] gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Memory was touched that must not be.
    Segmentation,
    /// `abort`, as of a failed `assert`.
    Abort,
    /// Memory is not there.
    Bus,
    /// An arithmetic operation has no result.
    Arithmetic,
    /// The processor does not know the instruction.
    Instruction,
    /// Somebody asks the process to end, by the signal of this number.
    Request(i32),
}

impl Signal {
    /// Its name, and what raises it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Segmentation => "SIGSEGV, for memory that must not be touched",
            Self::Abort => "SIGABRT, as abort() and a failed assert() raise it",
            Self::Bus => "SIGBUS, for memory that is not there",
            Self::Arithmetic => "SIGFPE, for a division by zero or the like",
            Self::Instruction => "SIGILL, for an instruction that the processor does not know",
            Self::Request(number) => request_text(number),
        }
    }
}

/// The signals by which others end a process, and timers, and their names.
#[cfg(unix)]
const REQUESTS: &[(i32, &str)] = &[
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGINT, "SIGINT"),
    (libc::SIGHUP, "SIGHUP"),
    (libc::SIGQUIT, "SIGQUIT"),
    (libc::SIGALRM, "SIGALRM"),
    (libc::SIGVTALRM, "SIGVTALRM"),
    (libc::SIGPROF, "SIGPROF"),
    (libc::SIGUSR1, "SIGUSR1"),
    (libc::SIGUSR2, "SIGUSR2"),
    (libc::SIGPIPE, "SIGPIPE"),
    (libc::SIGXCPU, "SIGXCPU"),
    (libc::SIGXFSZ, "SIGXFSZ"),
    (libc::SIGSYS, "SIGSYS"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGIO, "SIGIO"),
    #[cfg(target_os = "linux")]
    (libc::SIGPWR, "SIGPWR"),
    #[cfg(target_os = "linux")]
    (libc::SIGSTKFLT, "SIGSTKFLT"),
];

/// The name of a signal by which others end a process.
fn request_text(number: i32) -> &'static str {
    #[cfg(unix)]
    {
        // Others may send what is a fault as well.
        let faults = [(libc::SIGSEGV, "SIGSEGV"), (libc::SIGABRT, "SIGABRT")];
        let mut known = REQUESTS.iter().chain(&faults);
        if let Some((_, name)) = known.find(|&&(known, _)| known == number) {
            return name;
        }
    }
    let _ = number;
    "a signal that somebody has sent"
}

/// What interrupted a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interruption {
    pub signal: Signal,
    /// What was touched, for a [`Signal::Segmentation`] of which the processor tells it.
    pub address: Option<usize>,
    /// Whether it was to be written, where the processor tells that.
    pub is_write: bool,
    /// Whether the thread was waiting in a system call.
    pub is_in_system_call: bool,
    /// The instruction that the code was at, or 0 if the system does not tell; the stack
    /// and the frame pointer.
    pub registers: (usize, usize, usize),
}

/// What comes of a signal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// It goes to whoever handled it before.
    PassOn,
    /// The interrupted code goes on.
    Resume,
    /// The thread goes on elsewhere.
    GoOn(Continuation),
}

/// Where a thread goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Continuation {
    pub function: extern "C" fn() -> !,
    /// Whether it goes on a stack that is kept for this, since its own is full. There is
    /// one such stack.
    pub on_spare_stack: bool,
}

/// Has `decide` asked about each [`Signal`] from here on, before whoever handles it now. It
/// runs in a signal handler.
///
/// Whoever sets a handler later replaces this one, so it is to be called again then.
pub(crate) fn intercept(decide: fn(&Interruption) -> Answer) {
    #[cfg(target_os = "linux")]
    signals::intercept(decide);
    #[cfg(not(target_os = "linux"))]
    let _ = decide;
}

/// Raises the fault of a stack that is full, where it nearly is.
pub(crate) fn overflow() -> ! {
    OVERFLOWING.store(super::threads::current(), Ordering::SeqCst);
    #[cfg(unix)]
    // SAFETY: a signal for this thread.
    unsafe {
        libc::raise(libc::SIGSEGV);
    }
    std::process::abort()
}

/// Whether this thread has called [`overflow`].
pub(crate) fn is_overflowing() -> bool {
    OVERFLOWING.load(Ordering::SeqCst) == super::threads::current()
}

/// The thread that has called [`overflow`] last.
static OVERFLOWING: AtomicUsize = AtomicUsize::new(0);

/// Has `decide` asked about the signals by which others end this process as well, those
/// of them that have their default effect.
pub(crate) fn intercept_requests() {
    #[cfg(target_os = "linux")]
    signals::intercept_requests();
}

#[cfg(target_os = "linux")]
mod signals {
    use super::{Answer, Continuation, Interruption, Signal};
    use crate::platform::exits;
    use libc::{mcontext_t, sigaction, siginfo_t};
    use std::ffi::{c_int, c_void};
    use std::ptr::null_mut;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicPtr, Ordering};

    /// The signals by which code ends its own process.
    const FAULTS: [c_int; 5] = [
        libc::SIGSEGV,
        libc::SIGABRT,
        libc::SIGBUS,
        libc::SIGFPE,
        libc::SIGILL,
    ];

    fn signal(number: c_int) -> Signal {
        match number {
            libc::SIGSEGV => Signal::Segmentation,
            libc::SIGABRT => Signal::Abort,
            libc::SIGBUS => Signal::Bus,
            libc::SIGFPE => Signal::Arithmetic,
            libc::SIGILL => Signal::Instruction,
            _ => Signal::Request(number),
        }
    }

    /// The code of a fault whose address the processor does not tell.
    const SI_KERNEL: c_int = 0x80;

    /// The code of a signal that a thread has sent to itself, as `raise` does.
    const SI_TKILL: c_int = -6;

    /// More than there are signals.
    const NUMBERS: usize = 65;

    type Decide = fn(&Interruption) -> Answer;

    static DECIDE: OnceLock<Decide> = OnceLock::new();

    /// What handled each signal before, which is never freed: a handler may be reading it.
    static BEFORE: [AtomicPtr<sigaction>; NUMBERS] =
        [const { AtomicPtr::new(null_mut()) }; NUMBERS];

    /// The size of the stack for threads whose own is full. A report reads debug
    /// information, which takes some.
    const SPARE: usize = 2 << 20;

    /// Where that stack begins, which is its highest address.
    static SPARE_TOP: OnceLock<usize> = OnceLock::new();

    pub(super) fn intercept(decide: Decide) {
        DECIDE.get_or_init(|| decide);
        SPARE_TOP.get_or_init(|| {
            let stack = Vec::<u8>::with_capacity(SPARE).leak();
            (stack.as_mut_ptr().addr() + SPARE) & !15
        });
        FAULTS.into_iter().for_each(install);
    }

    pub(super) fn intercept_requests() {
        for &(number, _) in super::REQUESTS {
            if present(number).sa_sigaction == libc::SIG_DFL {
                install(number);
            }
        }
    }

    /// What handles a signal now.
    fn present(number: c_int) -> sigaction {
        // SAFETY: zeros are a valid action, which is filled in.
        unsafe {
            let mut present: sigaction = std::mem::zeroed();
            sigaction(number, std::ptr::null(), &raw mut present);
            present
        }
    }

    /// Handles a signal from here on, unless that is so already.
    fn install(number: c_int) {
        let before = present(number);
        let handler = handle as *const () as usize;
        if before.sa_sigaction == handler {
            return;
        }
        BEFORE[number as usize].store(Box::into_raw(Box::new(before)), Ordering::Release);
        // SAFETY: zeros are a valid action, and the handler fits its flags.
        unsafe {
            let mut action: sigaction = std::mem::zeroed();
            action.sa_sigaction = handler;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            sigaction(number, &raw const action, null_mut());
        }
    }

    unsafe extern "C" fn handle(number: c_int, info: *mut siginfo_t, context: *mut c_void) {
        let before = BEFORE[number as usize].load(Ordering::Acquire);
        // SAFETY: it was stored before the handler was installed, and is never freed.
        let (Some(decide), Some(before)) = (DECIDE.get(), unsafe { before.as_ref() }) else {
            return;
        };
        // SAFETY: the kernel gives the information about this signal and the context of
        // the thread, which nothing else refers to while the handler runs.
        let (address, code, machine) = unsafe {
            let context = context.cast::<libc::ucontext_t>();
            let address = (*info).si_addr().addr();
            (address, (*info).si_code, &mut (*context).uc_mcontext)
        };
        // A signal that was sent has a code that is not above 0.
        let is_sent_on = exits::requested() == Some(number);
        let signal = match code > 0 || (code == SI_TKILL && !is_sent_on) {
            true => signal(number),
            false => Signal::Request(number),
        };
        let is_known = signal == Signal::Segmentation && code != SI_KERNEL && code != SI_TKILL;
        let interruption = Interruption {
            signal,
            address: is_known.then_some(address),
            is_write: is_write(machine),
            is_in_system_call: code <= 0 && is_after_system_call(registers(machine).0),
            registers: registers(machine),
        };
        match decide(&interruption) {
            Answer::GoOn(continuation) => go_on_with(machine, continuation),
            Answer::Resume => {}
            // SAFETY: the kernel gave these arguments.
            Answer::PassOn => unsafe { forward(before, number, info, context) },
        }
    }

    /// Whether the instruction before this one is a system call.
    fn is_after_system_call(instruction: usize) -> bool {
        let call: &[u8] = match () {
            () if cfg!(target_arch = "x86_64") => &[0x0f, 0x05],
            () if cfg!(target_arch = "aarch64") => &[0x01, 0x00, 0x00, 0xd4],
            () => return false,
        };
        // The page before may be nobody's.
        const SMALLEST_PAGE: usize = 4096;
        if instruction % SMALLEST_PAGE < call.len() {
            return false;
        }
        let before = std::ptr::with_exposed_provenance::<u8>(instruction - call.len());
        // SAFETY: it lies in the page that the thread executes.
        let code = unsafe { std::slice::from_raw_parts(before, call.len()) };
        code == call
    }

    /// Does what the signal would have done without us.
    ///
    /// # Safety
    ///
    /// The arguments after the first are those of a signal handler, and `before` is what
    /// handled the signal before.
    unsafe fn forward(
        before: &sigaction,
        number: c_int,
        info: *mut siginfo_t,
        context: *mut c_void,
    ) {
        // SAFETY: the former handler gets what this one was given, as its flags say;
        // without one, the instruction faults again, or `abort` raises its signal again,
        // and the default is in place then.
        unsafe {
            // It may raise the signal itself.
            let mut this: libc::sigset_t = std::mem::zeroed();
            libc::sigaddset(&raw mut this, number);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const this, null_mut());
            match before.sa_sigaction {
                libc::SIG_DFL | libc::SIG_IGN => {
                    sigaction(number, before, null_mut());
                    if (*info).si_code <= 0 {
                        // It was sent, and does not come again by itself.
                        libc::raise(number);
                    }
                }
                handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
                    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
                        std::mem::transmute(handler);
                    handler(number, info, context);
                }
                handler => {
                    let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                    handler(number);
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn registers(machine: &mcontext_t) -> (usize, usize, usize) {
        let register = |number: c_int| machine.gregs[number as usize] as usize;
        let (stack, frame) = (register(libc::REG_RSP), register(libc::REG_RBP));
        (register(libc::REG_RIP), stack, frame)
    }

    #[cfg(target_arch = "x86_64")]
    fn is_write(machine: &mcontext_t) -> bool {
        // Bit 1 of the page fault's error code.
        machine.gregs[libc::REG_ERR as usize] & 2 != 0
    }

    /// The stack on which a thread goes on, below what the interrupted function may use
    /// without saying so.
    fn stack_of(continuation: Continuation, stack: usize) -> usize {
        match (continuation.on_spare_stack, SPARE_TOP.get()) {
            (true, Some(&top)) => top,
            _ => (stack - 256) & !15,
        }
    }

    /// Has the thread go on there when the handler returns.
    #[cfg(target_arch = "x86_64")]
    fn go_on_with(machine: &mut mcontext_t, continuation: Continuation) {
        let registers = &mut machine.gregs;
        let stack = stack_of(continuation, registers[libc::REG_RSP as usize] as usize);
        // As it is after a call: eight bytes off a multiple of 16.
        registers[libc::REG_RSP as usize] = stack as i64 - 8;
        registers[libc::REG_RIP as usize] = continuation.function as usize as i64;
    }

    #[cfg(target_arch = "aarch64")]
    fn registers(machine: &mcontext_t) -> (usize, usize, usize) {
        let (stack, frame) = (machine.sp as usize, machine.regs[29] as usize);
        (machine.pc as usize, stack, frame)
    }

    #[cfg(target_arch = "aarch64")]
    fn go_on_with(machine: &mut mcontext_t, continuation: Continuation) {
        machine.sp = stack_of(continuation, machine.sp as usize) as u64;
        machine.pc = continuation.function as usize as u64;
    }

    /// Whether it was a write is in a record of the context that is not always there;
    /// a buffer that C may still read can only be written wrongly, which the report finds
    /// out by itself.
    #[cfg(not(target_arch = "x86_64"))]
    fn is_write(_: &mcontext_t) -> bool {
        false
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn registers(_: &mcontext_t) -> (usize, usize, usize) {
        (0, 0, 0)
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn go_on_with(_: &mut mcontext_t, continuation: Continuation) {
        (continuation.function)()
    }
}
