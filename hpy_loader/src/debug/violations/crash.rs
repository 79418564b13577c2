//! Crashes and other ends of the process that C causes.

use super::super::ending::State;
use super::super::innermost_context::innermost;
use super::super::memory::Arena;
use super::super::state::Debug;
use super::fault::{Fault, watch, watch_again};
use super::{Violation, ViolationKind};
use crate::platform::exits;
use crate::platform::faults::Signal;
use crate::report;
use crate::sites::{PythonStack, Site};

impl Debug {
    /// Has faults in borrowed buffers reported, if there can be such buffers.
    pub(in crate::debug) fn watch_memory(&'static self) {
        let Ok(arena) = Arena::new() else {
            // Promised memory is then the wrapped context's own.
            return;
        };
        let range = self.records.buffers.borrow_mut().set_arena(arena);
        self.buffer_range.set((range.start, range.len()));
        watch(range, self);
    }

    /// Sees faults before whoever has set a handler since that was done last.
    pub(in crate::debug) fn watch_faults(&self) {
        watch_again();
    }
}

/// How many frames of C a crash has, which may well be in a library of somebody
/// else's.
const FRAMES_OF_CRASH: usize = 16;

/// The same where the stack is full, most likely of one function.
const FRAMES_OF_RECURSION: usize = 6;

impl Debug {
    /// Reports a fault, if it is to be reported. The process ends after that.
    pub(super) fn report_fault(&self, fault: Fault) {
        let (violation, is_in_vm) = match (fault.is_borrowed, fault.address) {
            (true, Some(address)) => (self.fault_in_buffer(fault, address), false),
            _ if fault.is_overflow => self.overflow(fault),
            _ if fault.signal == Signal::Segmentation => self.crash(fault),
            _ => match self.signal(fault) {
                Some(violation) => (violation, false),
                None => return,
            },
        };
        let state = match is_in_vm || innermost().is_none() {
            true => State::Interrupted,
            false => State::Sound,
        };
        match fault.signal {
            // It is nothing that C does.
            Signal::Request(signal) => self.end_by_request(signal, Some(violation)),
            // Whoever has the lock may be waiting for this very thread.
            _ if innermost().is_none() && self.is_for_another_thread() => {
                report::write(&format!(
                    "Fatal Python error: {}\n{violation}",
                    violation.kind.text()
                ));
                exits::request_end();
            }
            _ => self.end_in(state, violation),
        }
    }

    fn fault_in_buffer(&self, fault: Fault, address: usize) -> Violation {
        // What another thread is changing is not looked at.
        let record = innermost().and_then(|_| self.records.of_address(address));
        let is_open = record.is_some_and(|record| !record.is_closed);
        let kind = match fault.is_write || is_open {
            true => ViolationKind::ReadOnlyWritten,
            false => ViolationKind::ReadAfterEnd,
        };
        let extension = record.and_then(|record| self.extension(record.opener.owner));
        let module = extension.map_or("", |extension| &extension.name);
        let used = Site::capture(fault.caller, self.frames.get());
        let mut violation = Violation::new(kind, module, used).about(record.as_ref());
        violation.python = (self.vm.python)();
        violation
    }

    /// What there is to say of any other fault. A fault in the VM may well be that of
    /// C, which has passed a wild pointer, so it is looked for in C.
    fn crash(&self, fault: Fault) -> (Violation, bool) {
        let context = innermost();
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_CRASH);
        let access = match fault.is_call {
            true => "executed",
            false if fault.is_write => "written",
            false => "read",
        };
        let place = fault.address.map_or_else(
            || "memory at an unknown address".to_owned(),
            |address| format!("memory at {address:#x}"),
        );
        let on_behalf = match context {
            _ if !is_in_vm => "",
            Some(_) => " in a function of the API",
            None => " in the VM",
        };
        let module = context.map_or("", |context| &context.extension().name);
        let violation = Violation {
            detail: format!("{place} is {access}{on_behalf}"),
            python: self.python_at(is_in_vm),
            ..Violation::new(ViolationKind::Crash, module, used)
        };
        (violation, is_in_vm)
    }

    /// The stack of Python code at a fault.
    fn python_at(&self, is_in_vm: bool) -> PythonStack {
        match innermost() {
            // The VM may be in the middle of anything.
            Some(context) if is_in_vm => context.above.get().unwrap_or(PythonStack::EMPTY),
            Some(_) => (self.vm.python)(),
            None => PythonStack::EMPTY,
        }
    }

    /// What there is to say of a stack that is full: where C is, and how it got there,
    /// without what comes again and again.
    fn overflow(&self, fault: Fault) -> (Violation, bool) {
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_RECURSION);
        let context = innermost();
        let module = context.map_or("", |context| &context.extension().name);
        let violation = Violation {
            detail: match context {
                Some(_) => "C calls functions without end, or they have large local variables",
                None => "the VM has called functions without end",
            }
            .to_owned(),
            python: self.python_at(is_in_vm),
            ..Violation::new(ViolationKind::StackOverflow, module, used)
        };
        (violation, true)
    }

    /// What there is to say of a signal that is C's own doing, on a thread of C's as well.
    /// The VM, the loader and this mode end the process with words of their own.
    fn signal(&self, fault: Fault) -> Option<Violation> {
        let context = innermost();
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_CRASH);
        let module = context.map_or("", |context| &context.extension().name);
        (!is_in_vm).then(|| Violation {
            detail: fault.signal.text().to_owned(),
            python: self.python_at(false),
            ..Violation::new(ViolationKind::Signal, module, used)
        })
    }
}
