//! Debug mode: what an extension does wrong, and where.
//!
//! The context of this mode gives C handles of its own: numbers of
//! `records`, of which each knows the handle of the wrapped context behind it,
//! where it was opened and where it was closed. A function of the context looks
//! its handles up, calls the wrapped one and makes a record of the result. Where
//! C is called, the arguments get records for as long as the call lasts.
//!
//! Handles of its own, rather than the wrapped context's with something beside
//! them, is how HPy's debug mode does it, for good reasons: duplicates and
//! numbers can be told apart, and the wrapped context may be any.
//!
//! # What follows a violation
//!
//! It is added to a list, and reported. Then, as HPy has it, a hook that Python
//! has set for handles or builders is called and the program goes on; without
//! one it ends with a fatal error, which is an `abort`. Errors that are left or
//! missing become exceptions anyway, so the program goes on after these. With
//! [`Debug::set_going_on`] it goes on after everything that leaves something to
//! go on with, and nothing is asked of a hook.
//!
//! # One context a call
//!
//! A context is valid for the call that it was passed to. Each module has some
//! contexts, which its calls use in turn, so that an extension that keeps one is found
//! out.

mod debug_call;
mod extension;
mod extension_info;
mod handle_views;
mod innermost_context;
mod inspection;
mod memory;
mod native_types;
mod numbered_records;
mod pooled_context;
mod records;
mod setup;
mod state;
mod summary;
mod summary_paragraph;
mod violations;
mod wrappers;

pub use handle_views::{Leak, View};
pub use state::Debug;
pub use summary::{Findings, Summary};
pub use summary_paragraph::Show;
pub use violations::{Kind, Violation};

pub(crate) use debug_call::DebugCall;
pub(crate) use extension::Extension;
