//! Crashes and other ends of the process that C causes.

use super::super::innermost_context::innermost;
use super::super::memory::Arena;
use super::super::state::Debug;
use super::fault::{Fault, watch};
use super::{Violation, ViolationKind};
use crate::platform::faults::Signal;
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
}

/// How many frames of C a crash has, which may well be in a library of somebody
/// else's.
const FRAMES_OF_CRASH: usize = 16;

impl Debug {
    /// Reports a fault, if it is to be reported. The process ends after that.
    pub(super) fn report_fault(&self, fault: Fault) {
        let violation = match (fault.is_borrowed, fault.address) {
            (true, Some(address)) => Some(self.fault_in_buffer(fault, address)),
            _ if fault.signal == Signal::Segmentation => Some(self.crash(fault)),
            _ => self.signal(fault),
        };
        if let Some(violation) = violation {
            self.end(violation);
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
        let module = record.and_then(|record| {
            let number = record.owner.checked_sub(1)?;
            self.modules.borrow().get(number as usize).cloned()
        });
        let used = Site::capture(fault.caller, self.frames.get());
        let mut violation =
            Violation::new(kind, &module.unwrap_or_default(), used).about(record.as_ref());
        violation.python = (self.python)();
        violation
    }

    /// What there is to say of any other fault. A fault in the VM may well be that of
    /// C, which has passed a wild pointer, so it is looked for in C.
    fn crash(&self, fault: Fault) -> Violation {
        let context = innermost();
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_CRASH);
        let access = if fault.is_write { "written" } else { "read" };
        let place = fault.address.map_or_else(
            || "memory at no address".to_owned(),
            |address| format!("memory at {address:#x}"),
        );
        let on_behalf = match context {
            _ if !is_in_vm => "",
            Some(_) => " in a function of the API",
            None => " in the VM",
        };
        let module = context.map_or("", |context| &context.extension().name);
        Violation {
            detail: format!("{place} is {access}{on_behalf}"),
            // The VM may be in the middle of anything.
            python: match context {
                Some(context) if is_in_vm => context.above.get().unwrap_or(PythonStack::EMPTY),
                Some(_) => (self.python)(),
                None => PythonStack::EMPTY,
            },
            ..Violation::new(ViolationKind::Crash, module, used)
        }
    }

    /// What there is to say of a signal that is C's own doing. The VM, the loader and
    /// this mode end the process with words of their own.
    fn signal(&self, fault: Fault) -> Option<Violation> {
        let context = innermost()?;
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_CRASH);
        (!is_in_vm).then(|| Violation {
            detail: fault.signal.text().to_owned(),
            python: (self.python)(),
            ..Violation::new(ViolationKind::Signal, &context.extension().name, used)
        })
    }
}
