//! What becomes of a violation.

use super::super::memory::{self, Fault, Reporter};
use super::super::pooled_context::{innermost, is_inside};
use super::super::records::HandleState;
use super::super::state::Debug;
use super::{Remedy, Violation, ViolationKind};
use crate::abi::HPy;
use crate::platform::faults::Signal;
use crate::sites::{PythonStack, Site};
use std::collections::BTreeMap;
use std::ffi::CString;

/// Beyond this number of different ones, violations are counted and not kept.
const KEPT: usize = 10_000;

impl Debug {
    /// Notes a violation. Whether it is the first of its kind at its place.
    fn note(&self, violation: &Violation) -> bool {
        *self.counts.borrow_mut().entry(violation.kind).or_default() += 1;
        let mut violations = self.violations.borrow_mut();
        if let Some(times) = violations.get_mut(violation) {
            *times += 1;
            return false;
        }
        let is_kept = violations.len() < KEPT;
        if is_kept {
            violations.insert(violation.clone(), 1);
        }
        is_kept
    }

    fn report(&self, violation: &Violation) {
        if !self.is_silent.get() {
            (self.reporter.get())(violation);
        }
    }

    /// Reports a violation and sees to what follows. If this returns, the program
    /// goes on.
    #[cold]
    pub(in crate::debug) fn violate(&self, violation: Violation) {
        let is_new = self.note(&violation);
        let hook = match violation.kind.remedy() {
            // Whoever wants that reads the list.
            _ if self.going_on.get() => return,
            // Once is enough of what may happen a million times.
            Remedy::GoOn if !is_new => return,
            Remedy::GoOn => return self.report(&violation),
            Remedy::HandleHook => self.on_invalid_handle.get(),
            Remedy::BuilderHook => self.on_invalid_builder.get(),
            Remedy::End => None,
        };
        match hook {
            Some(hook) => self.call_hook(hook),
            None => {
                self.report_silent();
                self.report(&violation);
                self.fatal(&message(&violation));
            }
        }
    }

    /// Reports a violation and ends the program.
    #[cold]
    pub(in crate::debug) fn end(&self, violation: Violation) -> ! {
        self.report_silent();
        // What the list is guarded by may be held by somebody else.
        match violation.kind {
            ViolationKind::WrongContext => eprintln!("Error: Wrong HPy Context!"),
            _ => eprintln!("Fatal Python error: {}", message(&violation)),
        }
        eprint!("{violation}");
        std::process::abort()
    }

    fn fatal(&self, message: &str) {
        let message = CString::new(message).unwrap_or_default();
        self.inner.fatal_error(&message);
    }

    fn call_hook(&self, hook: HPy) {
        let inner = self.inner;
        let result = inner.ctx_CallTupleDict(hook, HPy::NULL, HPy::NULL);
        if result.is_null() {
            eprintln!("Error when executing the on_invalid_(builder_)handle callback");
            inner.ctx_Err_WriteUnraisable(hook);
        }
        inner.ctx_Close(result);
    }

    /// How often each rule was broken.
    pub fn counts(&self) -> BTreeMap<ViolationKind, u64> {
        self.counts.borrow().clone()
    }

    /// What was found so far, each once, in the order in which it was found
    /// first.
    pub fn violations(&self) -> Vec<Violation> {
        self.violations.borrow().keys().cloned().collect()
    }

    /// The same, with how often each was found.
    pub fn violations_with_times(&self) -> Vec<(Violation, u64)> {
        let violations = self.violations.borrow();
        violations
            .iter()
            .map(|(violation, &times)| (violation.clone(), times))
            .collect()
    }

    /// What was found and not reported yet, for a process that is about to end.
    fn report_silent(&self) {
        if self.is_silent.get()
            && let Ok(violations) = self.violations.try_borrow()
        {
            for (violation, times) in &*violations {
                eprint!("{times} x {violation}");
            }
        }
    }

    /// Has faults in promised memory reported, if there is such memory.
    pub(in crate::debug) fn watch_memory(&'static self) {
        let Ok(arena) = memory::Arena::new() else {
            // Promised memory is then the wrapped context's own.
            return;
        };
        let range = self.records.buffers.borrow_mut().set_arena(arena);
        self.buffer_range.set((range.start, range.len()));
        memory::watch(range, Box::new(FaultsOf(self)));
    }
}

/// Reports the faults of a process with extensions in debug mode.
struct FaultsOf(&'static Debug);

/// How many frames of C a crash has, which may well be in a library of somebody
/// else's.
const FRAMES_OF_CRASH: usize = 16;

impl Reporter for FaultsOf {
    fn wants_all(&self) -> bool {
        self.0.reports_faults()
    }

    fn report(&self, fault: Fault) {
        let debug = self.0;
        if !debug.reports_faults() {
            return;
        }
        let violation = match (fault.is_borrowed, fault.address) {
            (true, Some(address)) => Some(debug.fault_in_buffer(fault, address)),
            _ if fault.signal == Signal::Segmentation => Some(debug.crash(fault)),
            _ => debug.signal(fault),
        };
        if let Some(violation) = violation {
            debug.end(violation);
        }
    }
}

impl Debug {
    fn fault_in_buffer(&self, fault: Fault, address: usize) -> Violation {
        // What another thread is changing is not looked at.
        let record = is_inside()
            .then(|| self.records.of_address(address))
            .flatten();
        let is_open = record.is_some_and(|record| record.state == HandleState::Open);
        let kind = match fault.is_write || is_open {
            true => ViolationKind::ReadOnlyWritten,
            false => ViolationKind::ReadAfterEnd,
        };
        Violation {
            kind,
            function: String::new(),
            module: record
                .and_then(|record| {
                    let number = record.owner.checked_sub(1)?;
                    self.modules.borrow().get(number as usize).cloned()
                })
                .unwrap_or_default(),
            detail: String::new(),
            used: Site::capture(fault.caller, self.frames.get()),
            opened: record.map_or(Site::UNKNOWN, |record| record.opened),
            closed: record.map_or(Site::UNKNOWN, |record| record.closed),
            python: (self.python)(),
        }
    }

    /// What there is to say of any other fault. In the VM it may well be the fault
    /// of C, which has passed a wild pointer: that is where it is looked for.
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
        Violation {
            kind: ViolationKind::Crash,
            function: String::new(),
            module: context.map_or_else(String::new, |context| context.extension.name.clone()),
            detail: format!("{place} is {access}{on_behalf}"),
            used,
            opened: Site::UNKNOWN,
            closed: Site::UNKNOWN,
            // The VM may be in the middle of anything.
            python: match context {
                Some(context) if is_in_vm => context.above().unwrap_or(PythonStack::EMPTY),
                Some(_) => (self.python)(),
                None => PythonStack::EMPTY,
            },
        }
    }
}

impl Debug {
    /// What there is to say of a signal that is C's own doing. The VM, the loader and
    /// this mode end the process with words of their own.
    fn signal(&self, fault: Fault) -> Option<Violation> {
        let context = innermost()?;
        let (used, is_in_vm) = Site::of_interrupted(fault.caller, FRAMES_OF_CRASH);
        (!is_in_vm).then(|| Violation {
            kind: ViolationKind::Signal,
            function: String::new(),
            module: context.extension.name.clone(),
            detail: fault.signal.text().to_owned(),
            used,
            opened: Site::UNKNOWN,
            closed: Site::UNKNOWN,
            python: (self.python)(),
        })
    }
}

/// The text of the fatal error. Where HPy's debug mode has one, it is that: it
/// knows of no words that are no handles, and of no misused fields and globals.
fn message(violation: &Violation) -> String {
    let is_handle = !matches!(
        violation.kind,
        ViolationKind::ForeignHandle
            | ViolationKind::NoHandle
            | ViolationKind::TrackerClosed
            | ViolationKind::FieldMisused
            | ViolationKind::GlobalMisused
    );
    match violation.kind.remedy() {
        Remedy::HandleHook if is_handle => "Invalid usage of already closed handle".to_owned(),
        Remedy::BuilderHook => "Invalid usage of already closed builder".to_owned(),
        _ if violation.kind == ViolationKind::Crash => "Segmentation fault".to_owned(),
        _ if !violation.detail.is_empty() => violation.detail.clone(),
        _ => violation.kind.text().to_owned(),
    }
}
