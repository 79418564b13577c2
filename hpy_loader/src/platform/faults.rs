//! The signals by which code ends its process: who raised one, where, and what the thread
//! does instead.
//!
//! A handler may do little, and has a stack of a few kilobytes. So whoever wants to do
//! more names a function, and the thread goes on in it when the handler returns, on its
//! own stack, as if the interrupted code had called the function.

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
        }
    }
}

/// What interrupted a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interruption {
    pub signal: Signal,
    /// What was touched, for a [`Signal::Segmentation`] of which the processor tells it.
    pub address: Option<usize>,
    /// Whether it was to be written, where the processor tells that.
    pub is_write: bool,
    /// Whether the signal comes from the interrupted code. Another process may send an
    /// [`Signal::Abort`].
    pub is_own: bool,
    /// The instruction that the code was at, or 0 if the system does not tell; the stack
    /// and the frame pointer.
    pub registers: (usize, usize, usize),
}

/// Where a thread goes on.
pub(crate) type Continuation = extern "C" fn() -> !;

/// Has `decide` asked about each [`Signal`] from here on. It runs in a signal handler.
/// Without a continuation the signal goes to whoever handled it before. Only the first
/// call in a process has an effect.
pub(crate) fn intercept(decide: fn(&Interruption) -> Option<Continuation>) {
    #[cfg(target_os = "linux")]
    signals::intercept(decide);
    #[cfg(not(target_os = "linux"))]
    let _ = decide;
}

#[cfg(target_os = "linux")]
mod signals {
    use super::{Continuation, Interruption, Signal};
    use libc::{mcontext_t, sigaction, siginfo_t};
    use std::ffi::{c_int, c_void};
    use std::sync::OnceLock;

    const SIGNALS: [(c_int, Signal); 5] = [
        (libc::SIGSEGV, Signal::Segmentation),
        (libc::SIGABRT, Signal::Abort),
        (libc::SIGBUS, Signal::Bus),
        (libc::SIGFPE, Signal::Arithmetic),
        (libc::SIGILL, Signal::Instruction),
    ];

    /// The code of a fault whose address the processor does not tell.
    const SI_KERNEL: c_int = 0x80;

    /// The code of a signal that a thread has sent to itself, as `raise` does.
    const SI_TKILL: c_int = -6;

    struct Interceptor {
        decide: fn(&Interruption) -> Option<Continuation>,
        /// What handled each of [`SIGNALS`] before.
        before: [sigaction; SIGNALS.len()],
    }

    static INTERCEPTOR: OnceLock<Interceptor> = OnceLock::new();

    pub(super) fn intercept(decide: fn(&Interruption) -> Option<Continuation>) {
        INTERCEPTOR.get_or_init(|| Interceptor {
            decide,
            // SAFETY: zeros are a valid action, and the handler fits its flags. What is
            // written to are local variables.
            before: SIGNALS.map(|(number, _)| unsafe {
                let mut action: sigaction = std::mem::zeroed();
                action.sa_sigaction = handle as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                let mut before: sigaction = std::mem::zeroed();
                sigaction(number, &raw const action, &raw mut before);
                before
            }),
        });
    }

    unsafe extern "C" fn handle(number: c_int, info: *mut siginfo_t, context: *mut c_void) {
        let place = SIGNALS.iter().position(|&(known, _)| known == number);
        let (Some(interceptor), Some(place)) = (INTERCEPTOR.get(), place) else {
            return;
        };
        // SAFETY: the kernel gives the information about this signal and the context of
        // the thread, which nothing else refers to while the handler runs.
        let (address, code, machine) = unsafe {
            let context = context.cast::<libc::ucontext_t>();
            let address = (*info).si_addr().addr();
            (address, (*info).si_code, &mut (*context).uc_mcontext)
        };
        let signal = SIGNALS[place].1;
        let is_known = signal == Signal::Segmentation && code != SI_KERNEL;
        let interruption = Interruption {
            signal,
            address: is_known.then_some(address),
            is_write: is_write(machine),
            is_own: signal != Signal::Abort || code == SI_TKILL,
            registers: registers(machine),
        };
        match (interceptor.decide)(&interruption) {
            Some(continuation) => go_on_with(machine, continuation),
            // SAFETY: the kernel gave these arguments.
            None => unsafe { forward(&interceptor.before[place], number, info, context) },
        }
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
            match before.sa_sigaction {
                libc::SIG_DFL | libc::SIG_IGN => {
                    sigaction(number, before, std::ptr::null_mut());
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

    /// Has the thread go on in `function` when the handler returns.
    #[cfg(target_arch = "x86_64")]
    fn go_on_with(machine: &mut mcontext_t, function: Continuation) {
        let registers = &mut machine.gregs;
        // Below what the interrupted function may use without saying so, and as it is
        // after a call: eight bytes off a multiple of 16.
        let stack = (registers[libc::REG_RSP as usize] - 256) & !15;
        registers[libc::REG_RSP as usize] = stack - 8;
        registers[libc::REG_RIP as usize] = function as usize as i64;
    }

    #[cfg(target_arch = "aarch64")]
    fn registers(machine: &mcontext_t) -> (usize, usize, usize) {
        let (stack, frame) = (machine.sp as usize, machine.regs[29] as usize);
        (machine.pc as usize, stack, frame)
    }

    #[cfg(target_arch = "aarch64")]
    fn go_on_with(machine: &mut mcontext_t, function: Continuation) {
        machine.sp = (machine.sp - 256) & !15;
        machine.pc = function as usize as u64;
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
    fn go_on_with(_: &mut mcontext_t, function: Continuation) {
        function()
    }
}
