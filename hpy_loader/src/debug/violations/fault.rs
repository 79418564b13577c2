//! What happens when C touches borrowed buffers as it must not, or any other.
//!
//! The processor raises a fault, which the system turns into a signal
//! ([`platform::faults`](crate::platform::faults)). Faults in borrowed buffers are told
//! from all others by their address; the mode reports them, and the process ends with
//! `abort`, as with every fatal error of the mode. Other faults are reported in the same
//! way where the mode wants that, apart from stacks that overflow, on which nothing can
//! run; and so are the other signals by which C ends a process, such as that of `abort`.
//! What remains goes to whoever handled it before.
//!
//! A report reads files, which no signal handler may. So it is made in a function in
//! which the thread goes on after the handler: the fault is C's own instruction, so that
//! this is like any call of the context.

use super::super::state::Debug;
use crate::platform::faults::{Continuation, Interruption, Signal, intercept};
use crate::platform::threads;
use crate::sites::Caller;
use std::ops::Range;
use std::sync::OnceLock;

/// One fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The signal that it has become.
    pub signal: Signal,
    /// What was touched, if that is known.
    pub address: Option<usize>,
    /// Whether that is borrowed buffers.
    pub is_borrowed: bool,
    /// Whether it was to be written.
    pub is_write: bool,
    /// The code that did.
    pub caller: Caller,
    /// On this thread.
    thread: usize,
}

/// Where the borrowed buffers are, and the mode that reports faults. There is one for the
/// process.
static WATCHED: OnceLock<(Range<usize>, &'static Debug)> = OnceLock::new();

/// The fault that ends the process.
static FAULT: OnceLock<Fault> = OnceLock::new();

/// An access so near to the stack's end is one to the stack.
const NEAR: usize = 1 << 16;

/// Has `debug` report faults, before the process ends: `range` is borrowed buffers. Only
/// the first call in a process has an effect.
pub fn watch(range: Range<usize>, debug: &'static Debug) {
    WATCHED.get_or_init(|| (range, debug));
    intercept(decide);
}

/// Runs in a signal handler.
fn decide(interruption: &Interruption) -> Option<Continuation> {
    let (range, debug) = WATCHED.get()?;
    let (instruction, stack, frame) = interruption.registers;
    let address = interruption.address;
    let is_borrowed = address.is_some_and(|address| range.contains(&address));
    let is_overflow = address.is_some_and(|address| address.abs_diff(stack) < NEAR);
    let is_wanted = interruption.is_own && !is_overflow && debug.reports_faults();
    if !is_borrowed && !is_wanted {
        return None;
    }
    let fault = Fault {
        signal: interruption.signal,
        address,
        is_borrowed,
        is_write: interruption.is_write,
        caller: match instruction {
            0 => Caller::UNKNOWN,
            _ => Caller::interrupted(instruction, stack, frame),
        },
        thread: threads::current(),
    };
    match FAULT.set(fault) {
        Ok(()) => Some(end),
        // A second thread that gets here has to wait for the end. The report itself may
        // fail as well, in a process that is broken.
        Err(fault) => {
            let first = FAULT.get()?;
            (first.thread != fault.thread).then_some(wait as Continuation)
        }
    }
}

/// Where the thread goes on after a fault.
extern "C" fn end() -> ! {
    if let (Some((_, debug)), Some(&fault)) = (WATCHED.get(), FAULT.get())
        && debug.reports_faults()
    {
        debug.report_fault(fault);
    }
    std::process::abort()
}

/// Where another thread does meanwhile.
extern "C" fn wait() -> ! {
    loop {
        std::thread::park();
    }
}
