//! The signals that end a process: those for what C does, and those that somebody sends.
//!
//! When C touches memory that it must not touch, the processor raises a fault, which the
//! system turns into a signal ([`platform::faults`](crate::platform::faults)). Faults in
//! borrowed buffers are told from all others by their address; the mode reports them. Other
//! faults are reported in the same way where the mode wants that, and so are the other
//! signals by which C ends a process, such as that of `abort`, and a stack that is full.
//! Then the process ends with `abort`, as with every fatal error of the mode. What remains
//! goes to whoever handled it before.
//!
//! A report reads files, which no signal handler may. So it is made in a function in
//! which the thread goes on after the handler: the fault is C's own instruction, so that
//! this is like any call of the context. A thread whose stack is full goes on on another.
//!
//! # Signals that somebody sends
//!
//! They come at any moment, when a thread may be in the middle of anything. If the report of
//! the whole program is due, two things are tried, and the first that works ends the
//! process:
//!
//! - A thread of its own waits for the HPy lock. That works if no C code runs.
//! - A thread that executes code of an extension in the moment of the signal goes on to make
//!   the report, which names the line. So does one that C has made wait for the system. If
//!   it is in a function of the context, that is done when it calls the next one. The signal is sent again until one of them is so.

use super::super::ending::{State, limit};
use super::super::innermost_context::innermost;
use super::super::pooled_context::WANTED;
use super::super::state::Debug;
use crate::platform::faults::{
    Answer, Continuation, Interruption, Signal, intercept, is_overflowing,
};
use crate::platform::{exits, images, threads};
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
    /// Whether the stack is full.
    pub is_overflow: bool,
    /// Whether it was to be written.
    pub is_write: bool,
    /// Whether it was to be executed, since a function pointer leads there.
    pub is_call: bool,
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

/// What a thread was doing that ends the process because somebody has asked for that.
static REQUEST: OnceLock<Fault> = OnceLock::new();

/// An access so near to the stack's end is one to the stack.
const NEAR: usize = 1 << 16;

/// Has `debug` report faults, before the process ends: `range` is borrowed buffers. The
/// first in a process reports them; later calls see to it that the signals come here first.
pub fn watch(range: Range<usize>, debug: &'static Debug) {
    WATCHED.get_or_init(|| (range, debug));
    watch_again();
}

/// Has signals come here before whoever has set a handler since.
pub fn watch_again() {
    intercept(decide);
}

/// Runs in a signal handler.
fn decide(interruption: &Interruption) -> Answer {
    let Some((range, debug)) = WATCHED.get() else {
        return Answer::PassOn;
    };
    let (instruction, stack, frame) = interruption.registers;
    let address = interruption.address;
    let is_borrowed = address.is_some_and(|address| range.contains(&address));
    let is_near = address.is_some_and(|address| address.abs_diff(stack) < NEAR);
    let is_overflow = is_near || is_overflowing();
    let is_call = address == Some(instruction);
    let fault = Fault {
        signal: interruption.signal,
        address,
        is_borrowed,
        is_overflow,
        is_write: interruption.is_write,
        is_call,
        caller: match instruction {
            _ if is_call => after_wild_call(stack, frame),
            0 => Caller::UNKNOWN,
            _ => Caller::interrupted(instruction, stack, frame),
        },
        thread: threads::current(),
    };
    if let Signal::Request(number) = interruption.signal {
        if !debug.is_report_due() || !exits::is_watched() {
            return Answer::PassOn;
        }
        exits::request(number);
        // C may have called Python, which is somewhere else by now.
        let context = innermost().filter(|context| context.is_taken());
        let Some(context) = context else {
            return Answer::Resume;
        };
        let is_waiting = interruption.is_in_system_call;
        if (images::is_noted(instruction) || is_waiting) && REQUEST.set(fault).is_ok() {
            return Answer::GoOn(END_AS_REQUESTED);
        }
        // The next call with the context is refused, which is the place to look.
        context.set_user(WANTED);
        return Answer::Resume;
    }
    if !is_borrowed && !debug.reports_faults() {
        return Answer::PassOn;
    }
    match FAULT.set(fault) {
        Ok(()) => Answer::GoOn(Continuation {
            on_spare_stack: is_overflow,
            ..END
        }),
        // A second thread that gets here has to wait for the end. The report itself may
        // fail as well, in a process that is broken.
        Err(fault) => match FAULT.get() {
            Some(first) if first.thread != fault.thread => Answer::GoOn(WAIT),
            _ => Answer::PassOn,
        },
    }
}

/// Who has called what is no function: nothing has happened since, so the address to
/// return to is on top of the stack.
fn after_wild_call(stack: usize, frame: usize) -> Caller {
    if cfg!(not(target_arch = "x86_64")) || !stack.is_multiple_of(size_of::<usize>()) {
        return Caller::UNKNOWN;
    }
    // SAFETY: the call has just written it.
    let address = unsafe { std::ptr::with_exposed_provenance::<usize>(stack).read() };
    Caller::interrupted(address.saturating_sub(1), stack + size_of::<usize>(), frame)
}

const END: Continuation = Continuation {
    function: end,
    on_spare_stack: false,
};

const END_AS_REQUESTED: Continuation = Continuation {
    function: end_as_requested,
    on_spare_stack: false,
};

const WAIT: Continuation = Continuation {
    function: wait,
    on_spare_stack: false,
};

/// Where the thread goes on after a fault.
extern "C" fn end() -> ! {
    if let Some(((_, debug), &fault)) = WATCHED.get().zip(FAULT.get())
        && debug.reports_faults()
    {
        limit();
        debug.report_fault(fault);
        // The VM, the loader and this mode have said what ends the process.
        debug.settle(fault.signal.text(), State::Interrupted);
    }
    std::process::abort()
}

/// Where the thread goes on after a signal that somebody has sent.
extern "C" fn end_as_requested() -> ! {
    if let Some(((_, debug), &fault)) = WATCHED.get().zip(REQUEST.get()) {
        debug.report_fault(fault);
        if let Signal::Request(signal) = fault.signal {
            debug.end_by_request(signal, None);
        }
    }
    std::process::abort()
}

/// Where another thread does meanwhile.
extern "C" fn wait() -> ! {
    loop {
        std::thread::park();
    }
}
