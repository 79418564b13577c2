//! What an extension does wrong.

mod detection;
mod response;

use crate::sites::{PythonStack, Site};
use std::fmt;

/// A rule that an extension has broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ViolationKind {
    /// A handle is used that was closed before.
    UseAfterClose,
    /// A handle is closed that was closed before.
    DoubleClose,
    /// A handle is used after the call that it was an argument of.
    UseAfterCall,
    /// The caller's handle of an argument is closed.
    ArgumentClosed,
    /// An argument is returned, which gives away a reference that is the caller's.
    ArgumentReturned,
    /// A constant of the context is closed.
    ConstantClosed,
    /// A constant of the context is returned, which gives it away.
    ConstantReturned,
    /// A handle of another module's context.
    ForeignHandle,
    /// A word that never was a handle.
    NoHandle,
    /// A builder is used that was built or cancelled before.
    BuilderUsedUp,
    /// A tracker is used that was closed before.
    TrackerClosed,
    /// An `HPyField` is loaded that is empty, or lies in another object.
    FieldMisused,
    /// An `HPyGlobal` is used that is empty or that the module does not declare.
    GlobalMisused,
    /// `AsStruct` for another shape than the type's.
    WrongShape,
    /// An argument of a type that the function does not take.
    WrongType,
    /// `HPy_NULL` or a NULL pointer where the function needs something.
    NullArgument,
    /// Memory is written that is read-only.
    ReadOnlyWritten,
    /// Memory is read after its handle was closed.
    ReadAfterEnd,
    /// A function succeeds and leaves an error.
    ErrorLeft,
    /// A function fails and leaves no error.
    ErrorMissing,
    /// A function of the context is called with an error pending.
    ErrorPending,
    /// A function of the context is called without the HPy lock.
    WithoutLock,
    /// A context is used that belongs to another call.
    WrongContext,
    /// The processor refuses an access to memory that nobody promised.
    Crash,
    /// C is ended by another signal: an `abort`, as of an `assert` that fails, or an
    /// instruction that the processor refuses.
    Signal,
}

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

impl ViolationKind {
    /// A name for tables and tests, such as `use-after-close`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UseAfterClose => "use-after-close",
            Self::DoubleClose => "double-close",
            Self::UseAfterCall => "use-after-call",
            Self::ArgumentClosed => "argument-closed",
            Self::ArgumentReturned => "argument-returned",
            Self::ConstantClosed => "constant-closed",
            Self::ConstantReturned => "constant-returned",
            Self::ForeignHandle => "foreign-handle",
            Self::NoHandle => "no-handle",
            Self::BuilderUsedUp => "builder-used-up",
            Self::TrackerClosed => "tracker-closed",
            Self::FieldMisused => "field-misused",
            Self::GlobalMisused => "global-misused",
            Self::WrongShape => "wrong-shape",
            Self::WrongType => "wrong-type",
            Self::NullArgument => "null-argument",
            Self::ReadOnlyWritten => "read-only-written",
            Self::ReadAfterEnd => "read-after-end",
            Self::ErrorLeft => "error-left",
            Self::ErrorMissing => "error-missing",
            Self::ErrorPending => "error-pending",
            Self::WithoutLock => "without-lock",
            Self::WrongContext => "wrong-context",
            Self::Crash => "crash",
            Self::Signal => "signal",
        }
    }

    /// What happened, as a report begins.
    pub fn text(self) -> &'static str {
        match self {
            Self::UseAfterClose => "a closed handle is used",
            Self::DoubleClose => "a handle is closed twice",
            Self::UseAfterCall => "an argument is used after its call",
            Self::ArgumentClosed => "an argument is closed, which is for the caller to do",
            Self::ArgumentReturned => "an argument is returned without HPy_Dup",
            Self::ConstantClosed => "a constant of the context is closed",
            Self::ConstantReturned => "a constant of the context is returned without HPy_Dup",
            Self::ForeignHandle => "a handle of another module's context is used",
            Self::NoHandle => "a value is used as a handle that never was one",
            Self::BuilderUsedUp => "a builder is used after it was built or cancelled",
            Self::TrackerClosed => "a tracker is used after it was closed",
            Self::FieldMisused => "an HPyField is misused",
            Self::GlobalMisused => "an HPyGlobal is misused",
            Self::WrongShape => "AsStruct is used for an object of another shape",
            Self::WrongType => "an argument has the wrong type",
            Self::NullArgument => "an argument is NULL",
            Self::ReadOnlyWritten => "read-only memory is written",
            Self::ReadAfterEnd => "memory is read after its handle was closed",
            Self::ErrorLeft => "a function succeeds and leaves an error",
            Self::ErrorMissing => "a function fails and leaves no error",
            Self::ErrorPending => "the API is called with an error pending",
            Self::WithoutLock => "the API is called without the HPy lock",
            Self::WrongContext => "a context is used that belongs to another call",
            Self::Crash => "segmentation fault",
            Self::Signal => "a signal ends the process",
        }
    }

    pub(super) fn remedy(self) -> Remedy {
        match self {
            Self::BuilderUsedUp => Remedy::BuilderHook,
            Self::NullArgument | Self::ErrorLeft | Self::ErrorMissing | Self::ErrorPending => {
                Remedy::GoOn
            }
            Self::WrongShape
            | Self::WrongType
            | Self::ReadOnlyWritten
            | Self::ReadAfterEnd
            | Self::WithoutLock
            | Self::WrongContext
            | Self::Crash
            | Self::Signal => Remedy::End,
            _ => Remedy::HandleHook,
        }
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
    /// The Python code that called C.
    pub python: PythonStack,
}

/// A site in a report, without the frames of HPy's own helpers.
fn site(f: &mut fmt::Formatter<'_>, what: &str, site: Site) -> fmt::Result {
    let mut what = what;
    for frame in site.frames().iter().filter(|frame| !frame.is_helper()) {
        writeln!(f, "  {what:<9} {frame}")?;
        what = "";
    }
    Ok(())
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
        site(f, "used in", self.used)?;
        site(f, "opened in", self.opened)?;
        site(f, "closed in", self.closed)?;
        let mut what = "called by";
        for frame in self.python.frames() {
            writeln!(f, "  {what:<9} {frame}")?;
            what = "";
        }
        Ok(())
    }
}
