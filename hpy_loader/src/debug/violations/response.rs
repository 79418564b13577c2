//! What follows a violation: the list, the report, a hook or the end.

use super::super::ending::State;
use super::super::state::Debug;
use super::{Remedy, Violation, ViolationKind};
use crate::abi::HPy;
use crate::report::{self, report_line};
use crate::sites::Site;
use std::collections::BTreeMap;

/// Beyond this number of different ones, violations are counted and not kept.
const KEPT: usize = 10_000;

/// What is kept of a violation beside where it was.
pub(in crate::debug) struct Noted {
    times: u64,
    /// The error that was pending the first time.
    error: String,
}

impl Noted {
    fn complete(&self, violation: &Violation) -> Violation {
        Violation {
            error: self.error.clone(),
            ..violation.clone()
        }
    }
}

impl Debug {
    /// Counts a violation. Whether it is to be kept: the first of its kind at its place.
    fn note(&self, violation: &Violation) -> bool {
        *self.counts.borrow_mut().entry(violation.kind).or_default() += 1;
        let mut violations = self.violations.borrow_mut();
        if let Some(noted) = violations.get_mut(violation) {
            noted.times += 1;
            return false;
        }
        violations.len() < KEPT
    }

    /// Keeps a violation that was not there yet.
    fn keep_violation(&self, violation: &Violation) {
        // The text of an error may differ each time, and the place be the same.
        let key = Violation {
            error: String::new(),
            ..violation.clone()
        };
        let noted = Noted {
            times: 1,
            error: violation.error.clone(),
        };
        self.violations.borrow_mut().insert(key, noted);
    }

    fn report(&self, violation: &Violation) {
        if !self.is_silent.get() {
            (self.reporter.get())(violation);
        }
    }

    /// Reports a violation and sees to what follows. If this returns, the program
    /// goes on.
    #[cold]
    pub(in crate::debug) fn violate(&self, mut violation: Violation) {
        if !violation.kind.is_about_error() {
            violation.error_set = Site::UNKNOWN;
        }
        let is_new = self.note(&violation);
        if is_new {
            if violation.kind.is_about_error() && self.is_error_pending() {
                violation.error = (self.vm.pending_repr)();
            }
            self.keep_violation(&violation);
        }
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
                self.report(&violation);
                let message = message(&violation);
                report_line!("Fatal Python error: HPy_FatalError: {message}");
                self.settle(end(&violation), State::Sound);
                std::process::abort()
            }
        }
    }

    /// Reports a violation and ends the program, with all that was found.
    #[cold]
    pub(in crate::debug) fn end(&self, violation: Violation) -> ! {
        self.end_in(State::Sound, violation)
    }

    /// The same in a process of which the state is known.
    #[cold]
    pub(in crate::debug) fn end_in(&self, state: State, violation: Violation) -> ! {
        // What the list is guarded by may be held by somebody else.
        let fatal = match violation.kind {
            ViolationKind::WrongContext => "Error: Wrong HPy Context!".to_owned(),
            _ => format!("Fatal Python error: {}", message(&violation)),
        };
        report::write(&format!("{fatal}\n{violation}"));
        self.settle(end(&violation), state);
        std::process::abort()
    }

    fn call_hook(&self, hook: HPy) {
        let inner = self.inner;
        let result = inner.ctx_CallTupleDict(hook, HPy::NULL, HPy::NULL);
        if result.is_null() {
            report_line!("Error when executing the on_invalid_(builder_)handle callback");
            inner.ctx_Err_WriteUnraisable(hook);
        }
        inner.ctx_Close(result);
    }

    /// How often each rule was broken.
    pub fn counts(&self) -> BTreeMap<ViolationKind, u64> {
        self.counts.borrow().clone()
    }

    /// What was found so far and how often, in the order in which it was found first.
    pub fn violations_with_times(&self) -> Vec<(Violation, u64)> {
        let violations = self.violations.borrow();
        violations
            .iter()
            .map(|(violation, noted)| (noted.complete(violation), noted.times))
            .collect()
    }
}

/// What has ended the process, in few words.
fn end(violation: &Violation) -> &str {
    match violation.kind {
        ViolationKind::Signal => &violation.detail,
        ViolationKind::FatalError => "HPy_FatalError",
        ViolationKind::Jump => "longjmp",
        ViolationKind::ThreadEnd => "the end of a thread in C",
        kind => kind.text(),
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
        _ if violation.kind == ViolationKind::StackOverflow => "Stack overflow".to_owned(),
        _ if matches!(
            violation.kind,
            ViolationKind::Exception | ViolationKind::Jump
        ) =>
        {
            format!("{}: {}", violation.kind.text(), violation.detail)
        }
        _ if violation.kind == ViolationKind::FatalError => {
            format!("HPy_FatalError: {}", violation.detail)
        }
        _ if !violation.detail.is_empty() => violation.detail.clone(),
        _ => violation.kind.text().to_owned(),
    }
}
