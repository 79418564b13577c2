//! The debug mode of a whole program.
//!
//! The loader does all of it: the mode wraps the context, and handles of its own
//! lead to slots that the collector knows. A VM gives the stack of its language
//! and the words for an object.

use crate::heap::Local;
use crate::vm::Vm;
use hpy_loader::abi::HPy;
use hpy_loader::debug::{Debug, Summary, SummaryFormat};

/// The most characters that are shown of an object.
const WIDTH: usize = 100;

impl Vm {
    /// Works on the mode's state, under the lock that guards it.
    fn with_debug<T>(&self, work: impl FnOnce(&'static Debug) -> T) -> T {
        let loader = self.loader();
        let debug = loader.debug();
        let _entered = loader.lock().enter(loader.runtime());
        work(debug)
    }

    /// Has the program go on after violations where it can, silently, and keeps
    /// so many frames of C for each: one run finds all there is.
    pub fn debug_whole_program(&self, frames: usize) {
        self.with_debug(|debug| {
            debug.set_going_on(true);
            debug.set_reports_faults(true);
            debug.set_silent(true);
            debug.set_frames(frames);
        });
    }

    /// Has what is found from here on reported at the end of the process, whatever brings
    /// that about.
    pub fn report_at_end(&self) {
        self.loader().debug().report_at_end();
    }

    /// What is to be reported, once the program is over.
    pub fn last_summary(&self) -> Option<Summary> {
        let debug = self.loader().debug();
        let summary = debug.last_findings()?.sum_up(&Shown(self));
        debug.end_report();
        Some(summary)
    }

    /// Starts a generation of the debug mode's handles.
    pub fn new_generation(&self) -> i64 {
        self.with_debug(Debug::new_generation)
    }

    /// What the debug mode has found since a generation has started.
    pub fn debug_summary(&self, generation: i64) -> Summary {
        let findings = self.with_debug(|debug| debug.findings(generation));
        findings.sum_up(&Shown(self))
    }
}

struct Shown<'a>(&'a Vm);

impl SummaryFormat for Shown<'_> {
    fn object(&self, handle: HPy) -> String {
        let Self(vm) = self;
        let Some(object) = vm.loader().object(handle) else {
            return "?".to_owned();
        };
        let object: Local = vm.heap.root(&object);
        let text = match vm.repr(&object) {
            Ok(text) => text,
            Err(error) => format!(
                "<{} whose repr raises {}>",
                vm.type_name_for(&object),
                vm.type_name_for(&error)
            ),
        };
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ");
        match text.char_indices().nth(WIDTH) {
            Some(_) => text.chars().take(WIDTH - 3).collect::<String>() + "...",
            None => text,
        }
    }
}
