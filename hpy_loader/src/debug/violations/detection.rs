//! Which rule C has broken. A call in which everything is right never comes here: the
//! way is through [`Inspection::apart`].

use super::super::extension::Extension;
use super::super::innermost_context::{contextless, innermost};
use super::super::inspection::Inspection;
use super::super::pooled_context::PooledContext;
use super::super::records::{Found, HandleView, Origin};
use super::{Violation, ViolationKind};
use crate::abi::HPy;
use crate::abi::context::{ROWS, public_name};
use crate::platform::exits;
use crate::platform::faults::Signal;
use crate::sites::Site;

impl Extension {
    /// Reports that a function of the wrapped context was given NULL where it
    /// needs something, which it alone knows.
    #[cold]
    pub(crate) fn refused_null(&self, row: &str, needed: &str) {
        let row = ROWS.iter().position(|known| known.name == row);
        let context = innermost().filter(|context| context.number == self.number);
        if let (Some(row), Some(context)) = (row, context) {
            let detail = format!("{needed} is needed");
            Inspection::in_progress(context, row).violation(ViolationKind::NullArgument, &detail);
        }
    }

    /// Notes that a function of the wrapped context sets an error.
    #[cold]
    pub(crate) fn error_set(&self, row: &str) {
        let row = ROWS.iter().position(|known| known.name == row);
        let context = innermost().filter(|context| context.number == self.number);
        if let (Some(row), Some(context)) = (row, context) {
            let site = Inspection::in_progress(context, row).site();
            context.error_set.set(site);
        }
    }
}

impl Found {
    /// The rule that is broken by what C does with a word: `open` says which one for an
    /// open handle, `closed` is the one for a closed handle.
    pub fn violation(
        &self,
        open: impl FnOnce(Origin) -> ViolationKind,
        closed: ViolationKind,
    ) -> ViolationKind {
        match self {
            Self::Open(handle) => open(handle.origin),
            Self::Closed(handle) if handle.origin == Origin::Argument => {
                ViolationKind::UseAfterCall
            }
            Self::Closed(_) | Self::Forgotten => closed,
            Self::Nothing => ViolationKind::NoHandle,
        }
    }
}

impl PooledContext {
    /// What there is to say of the call with this context, which has not returned: `used`
    /// is where C is now, in a function that began before.
    #[cold]
    pub(in crate::debug) fn jumped_out_of(&self, used: Site) -> Violation {
        let function = Site::of_function(self.function.get()).frames().pop();
        Violation {
            detail: function.map_or_else(String::new, |frame| frame.to_string()),
            ..Violation::new(ViolationKind::Jump, &self.extension().name, used)
        }
    }
}

impl Inspection {
    pub(in crate::debug) fn unwrap_invalid(&self, handle: HPy) -> HPy {
        let found = self.debug().records.find(handle);
        let kind = found.violation(
            |_| ViolationKind::ForeignHandle,
            ViolationKind::UseAfterClose,
        );
        self.violation_of(kind, found.handle());
        found.handle().map_or(handle, |record| record.inner)
    }

    /// Reports a close that is ignored, should the program go on.
    pub(in crate::debug) fn close_invalid(&self, handle: HPy) {
        let found = self.debug().records.find(handle);
        let of_open = |origin| match origin {
            Origin::Argument => ViolationKind::ArgumentClosed,
            Origin::Constant => ViolationKind::ConstantClosed,
            Origin::Result => ViolationKind::ForeignHandle,
        };
        let kind = found.violation(of_open, ViolationKind::DoubleClose);
        self.violation_of(kind, found.handle());
    }

    fn new_violation(&self, kind: ViolationKind) -> Violation {
        Violation {
            function: public_name(ROWS[self.row].name),
            ..Violation::new(kind, &self.context.extension().name, self.site())
        }
    }

    /// Reports a violation that has to do with a handle.
    fn violation_of(&self, kind: ViolationKind, record: Option<&HandleView>) {
        self.debug().violate(self.violation_with(kind, record));
    }

    fn violation_with(&self, kind: ViolationKind, record: Option<&HandleView>) -> Violation {
        let mut violation = self.new_violation(kind).about(record);
        violation.python = self.context.capture_stack();
        violation.error_set = self.context.error_site();
        violation
    }

    /// Reports one after which there is no going on, and ends.
    pub fn end_with(&self, kind: ViolationKind, record: Option<&HandleView>) -> ! {
        self.debug().end(self.violation_with(kind, record))
    }

    /// The same with more words about it.
    pub fn end_saying(&self, kind: ViolationKind, detail: &str) -> ! {
        let mut violation = self.violation_with(kind, None);
        detail.clone_into(&mut violation.detail);
        self.debug().end(violation)
    }

    /// Reports another one.
    #[inline(always)]
    pub fn violation(&self, kind: ViolationKind, detail: &str) {
        self.apart(move |inspection| {
            let mut violation = inspection.violation_with(kind, None);
            detail.clone_into(&mut violation.detail);
            inspection.debug().violate(violation);
        });
    }

    /// Reports a violation of a builder or tracker.
    #[inline(always)]
    pub fn violation_at(&self, kind: ViolationKind, opened: Site, closed: Site) {
        self.apart(move |inspection| {
            let mut violation = inspection.violation_with(kind, None);
            (violation.opened, violation.closed) = (opened, closed);
            inspection.debug().violate(violation);
        });
    }

    /// Reports a violation of a field that was stored to elsewhere.
    #[cold]
    pub fn violation_of_field(&self, kind: ViolationKind, detail: &str, stored: Site) {
        let mut violation = self.violation_with(kind, None);
        detail.clone_into(&mut violation.detail);
        violation.stored = stored;
        self.debug().violate(violation);
    }

    /// Reports that C may not use this context now, and ends, unless there is a way to go
    /// on.
    pub(in crate::debug) fn judge_context(&self) {
        if let Some(slot) = contextless() {
            let mut violation = self.new_violation(ViolationKind::NoContext);
            violation.detail = format!("{slot} must not use the API");
            return match slot {
                // All threads wait for the collector that called it.
                "tp_traverse" => self.debug().end(violation),
                _ => self.debug().violate(violation),
            };
        }
        if let Some(signal) = exits::requested() {
            let mut violation = self.new_violation(ViolationKind::Signal);
            Signal::Request(signal)
                .text()
                .clone_into(&mut violation.detail);
            violation.python = self.context.capture_stack();
            self.debug().end_by_request(signal, Some(violation));
        }
        let (_, stack, _) = self.caller().registers();
        if let Some(inside) = innermost()
            && inside.was_left(stack)
        {
            self.debug().end(inside.jumped_out_of(self.site()));
        }
        let kind = match innermost().is_some() {
            true => ViolationKind::WrongContext,
            false => ViolationKind::WithoutLock,
        };
        // The Python stack is that of another thread or call, if there is one.
        self.debug().end(self.new_violation(kind))
    }
}
