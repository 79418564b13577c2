//! What an extension does wrong.

mod crash;
mod detection;
mod fault;
mod response;

use super::records::HandleView;
use crate::sites::{CFrame, PythonStack, Site};
pub(super) use response::Noted;
use std::fmt;

/// Whose business it is to say how it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The hook for handles, else the end.
    HandleHook,
    /// The hook for builders, else the end.
    BuilderHook,
    /// It goes on by itself: there is an exception, or nothing has happened yet.
    GoOn,
    /// There is no going on.
    End,
}

/// Declares the rules: `ViolationKind "name" Remedy "text"`.
macro_rules! kinds {
    ($($kind:ident $name:literal $remedy:ident $text:literal;)*) => {
        /// A rule that an extension has broken.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ViolationKind {
            $(#[doc = $text] $kind,)*
        }

        impl ViolationKind {
            /// A name for tables and tests, such as `use-after-close`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// What happened, as a report begins.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            pub(super) fn remedy(self) -> Remedy {
                match self {
                    $(Self::$kind => Remedy::$remedy,)*
                }
            }
        }
    };
}

kinds! {
    UseAfterClose "use-after-close" HandleHook
        "a closed handle is used";
    DoubleClose "double-close" HandleHook
        "a handle is closed twice";
    UseAfterCall "use-after-call" HandleHook
        "an argument is used after its call";
    ArgumentClosed "argument-closed" HandleHook
        "an argument is closed, which is for the caller to do";
    ArgumentReturned "argument-returned" HandleHook
        "an argument is returned without HPy_Dup";
    ConstantClosed "constant-closed" HandleHook
        "a constant of the context is closed";
    ConstantReturned "constant-returned" HandleHook
        "a constant of the context is returned without HPy_Dup";
    ForeignHandle "foreign-handle" HandleHook
        "a handle of another module's context is used";
    NoHandle "no-handle" HandleHook
        "a value is used as a handle that never was one";
    BuilderUsedUp "builder-used-up" BuilderHook
        "a builder is used after it was built or cancelled";
    BuilderIndex "builder-index" GoOn
        "a builder has no such index";
    BuilderHole "builder-hole" GoOn
        "a builder is built with an item that was never set";
    TrackerClosed "tracker-closed" HandleHook
        "a tracker is used after it was closed";
    FieldMisused "field-misused" HandleHook
        "an HPyField is misused";
    FieldForgotten "field-forgotten" GoOn
        "no tp_traverse visits a field";
    FieldCopied "field-copied" GoOn
        "a field was copied";
    FieldOverwritten "field-overwritten" GoOn
        "a field was overwritten without HPyField_Store";
    GlobalMisused "global-misused" HandleHook
        "an HPyGlobal is misused";
    StructOverrun "struct-overrun" GoOn
        "a struct is smaller than its use";
    WrongShape "wrong-shape" End
        "AsStruct is used for an object of another shape";
    WrongType "wrong-type" End
        "an argument has the wrong type";
    NullArgument "null-argument" GoOn
        "an argument is NULL";
    ReadOnlyWritten "read-only-written" End
        "read-only memory is written";
    ReadAfterEnd "read-after-end" End
        "memory is read after its handle was closed";
    ErrorLeft "error-left" GoOn
        "a function succeeds and leaves an error";
    ErrorMissing "error-missing" GoOn
        "a function fails and leaves no error";
    ErrorPending "error-pending" GoOn
        "the API is called with an error pending";
    WithoutLock "without-lock" End
        "the API is called without the HPy lock";
    NoContext "no-context" GoOn
        "the API is used by a function that gets no context";
    WrongContext "wrong-context" End
        "a context is used that belongs to another call";
    Crash "crash" End
        "segmentation fault";
    StackOverflow "stack-overflow" End
        "the stack is full";
    Signal "signal" End
        "a signal ends the process";
    Exception "exception" End
        "an exception leaves a C function";
    ThreadEnd "thread-end" End
        "a thread is ended in a C function, by pthread_exit or by cancelling it";
    Jump "jump" End
        "longjmp leaves a C function that the VM has called";
    FatalError "fatal-error" End
        "the extension ends the process";
    Exit "exit" End
        "the extension exits";
}

impl ViolationKind {
    /// Whether an error that is pending has to do with it: the error breaks the rule, or
    /// tells why C has nothing better to pass.
    fn is_about_error(self) -> bool {
        matches!(
            self,
            Self::ErrorLeft | Self::ErrorPending | Self::NullArgument
        )
    }
}

/// A rule that was broken at some place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The rule.
    pub kind: ViolationKind,
    /// The function of the API that noticed, such as `HPy_Close`; empty if it
    /// was noticed when a C function returned.
    pub function: String,
    /// The module in debug mode.
    pub module: String,
    /// More words about it, or none.
    pub detail: String,
    /// Where in C it happened.
    pub used: Site,
    /// Where the handle, builder or tracker was opened.
    pub opened: Site,
    /// Where it was closed.
    pub closed: Site,
    /// Where the field was stored to.
    pub stored: Site,
    /// The error that was pending, if that has to do with it, as `repr` shows it.
    pub error: String,
    /// Where that error was set.
    pub error_set: Site,
    /// The Python code that called C.
    pub python: PythonStack,
}

impl Violation {
    /// One of which nothing else is known yet.
    pub(super) fn new(kind: ViolationKind, module: &str, used: Site) -> Self {
        Self {
            kind,
            function: String::new(),
            module: module.to_owned(),
            detail: String::new(),
            used,
            opened: Site::UNKNOWN,
            closed: Site::UNKNOWN,
            stored: Site::UNKNOWN,
            error: String::new(),
            error_set: Site::UNKNOWN,
            python: PythonStack::EMPTY,
        }
    }

    /// Where in C it happened, and what came before; a line for each frame.
    pub(super) fn places(&self) -> Vec<String> {
        let error = Some(&self.error).filter(|error| !error.is_empty());
        let site = |label, site| {
            let mut frames: Vec<String> = own_frames(site).map(|frame| frame.to_string()).collect();
            // A function that calls itself.
            frames.dedup();
            labelled(label, frames)
        };
        let lines = [
            site("used in", self.used),
            site("opened in", self.opened),
            site("closed in", self.closed),
            site("stored in", self.stored),
            labelled("error", error),
            site("set in", self.error_set),
        ];
        lines.concat()
    }

    /// With the places where the handle was opened and closed.
    pub(super) fn about(mut self, record: Option<&HandleView>) -> Self {
        if let Some(record) = record {
            (self.opened, self.closed) = (record.opened, record.closed);
        }
        self
    }
}

/// The frames of a site that a report shows: HPy's own helpers are left out.
pub(super) fn own_frames(site: Site) -> impl Iterator<Item = CFrame> {
    let frames = site.frames().into_iter();
    frames.filter(|frame| !frame.is_helper())
}

/// Lines of a report behind a label, which stands before the first alone.
pub(super) fn labelled<T: fmt::Display>(
    label: &str,
    frames: impl IntoIterator<Item = T>,
) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let lines = labels.zip(frames);
    lines
        .map(|(label, frame)| format!("  {label:<9} {frame}"))
        .collect()
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HPy debug: {}", self.kind.text())?;
        if !self.function.is_empty() {
            write!(f, " ({})", self.function)?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        match &*self.module {
            "" => writeln!(f, " [{}]", self.kind.name())?,
            module => writeln!(f, " [{} in {module}]", self.kind.name())?,
        }
        let mut lines = self.places();
        lines.extend(labelled("called by", self.python.frames()));
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
