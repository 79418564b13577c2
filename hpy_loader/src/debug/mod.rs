//! Debug mode: what an extension does wrong, and where.
//!
//! The context of this mode gives C handles of its own. They are numbers of
//! `records`. A record knows the handle of the wrapped context, where C's handle was
//! opened and where it was closed. A function of the context looks up its handles,
//! calls the function of the wrapped context and makes a record of the result. When
//! C is called, the arguments get records for as long as the call lasts.
//!
//! HPy's debug mode has handles of its own as well, for good reasons: duplicates and
//! numbers can be told apart, and any context may be wrapped.
//!
//! # What follows a violation
//!
//! The violation is added to a list, and reported. Then, as HPy has it, a hook that
//! Python has set for handles or builders is called and the program goes on. Without a
//! hook the program ends with a fatal error, which is an `abort`. Errors that are left
//! or missing become exceptions anyway, so the program goes on after them. With
//! [`Debug::set_going_on`] the program goes on whenever it can, and no hook is called.
//!
//! # One context a call
//!
//! A context is valid for the call that it was passed to. Each module has some
//! contexts, which its calls use in turn, so that an extension that keeps one is found
//! out.

mod debug_call;
mod ending;
mod extension;
mod guards;
mod innermost_context;
mod inspection;
mod memory;
mod native_types;
mod numbered_records;
mod pooled_context;
mod records;
mod state;
mod stored_fields;
mod summary;
mod summary_paragraph;
mod violations;
mod wrappers;

pub use records::HandleView;
pub use state::Debug;
pub(crate) use state::VmAccess;
pub use summary::{Findings, Summary};
pub use summary_paragraph::SummaryFormat;
pub use violations::{Violation, ViolationKind};

pub(crate) use debug_call::DebugCall;
pub(crate) use ending::LockAccess;
pub(crate) use extension::Extension;
pub(crate) use guards::GUARD;
pub(crate) use innermost_context::without_context;
