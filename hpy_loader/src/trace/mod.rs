//! Trace mode: how often an extension calls each function of the context, and
//! how long they take.
//!
//! The context of this mode has a wrapper for each row of the table. It counts, reads
//! the clock, calls the row of the wrapped context and reads the clock again. Nothing
//! is decoded: handles pass through as they are.
//!
//! What a function costs includes what Python does in it, as in HPy's own trace
//! mode, and the time of functions that this calls in turn.

mod clock;
mod folded_stacks;
mod state;
mod wrappers;

pub use folded_stacks::Folded;
pub use state::{Trace, Traced};
