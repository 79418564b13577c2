//! What a context function answered, and whether it is what it may be.

use std::ffi::{c_char, c_void};

use hpy_loader::abi::context::{Fact, Row};
use hpy_loader::abi::*;

use crate::extension::{C, c};

/// What a context function answered.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Nothing.
    Void,
    /// A value that is no object; `failure` if it is what stands for failure.
    /// For some functions that may be a proper value as well.
    Plain {
        /// Whether it is the value of failure.
        failure: bool,
        /// Whether the value of failure may be proper.
        ambiguous: bool,
    },
    /// A handle, or `HPy_NULL`.
    Handle(HPy),
    /// A C string, or null.
    Text(*const c_char),
    /// A builder of a list.
    ListBuilder(HPyListBuilder),
    /// A builder of a tuple.
    TupleBuilder(HPyTupleBuilder),
    /// A tracker.
    Tracker(HPyTracker),
    /// What `HPy_LeavePythonExecution` answers.
    ThreadState(HPyThreadState),
}

/// The type of a result.
pub trait Judge {
    /// The result as an answer.
    fn judge(self) -> Answer;
}

macro_rules! judges {
    ($($type:ty = $failure:expr, $ambiguous:literal;)*) => {
        $(impl Judge for $type {
            fn judge(self) -> Answer {
                Answer::Plain { failure: ($failure)(self), ambiguous: $ambiguous }
            }
        })*
    };
}

judges! {
    i32 = |value: Self| value == -1, false;
    u32 = |value: Self| value == u32::MAX, true;
    i64 = |value: Self| value == -1, true;
    u64 = |value: Self| value == u64::MAX, true;
    isize = |value: Self| value == -1, true;
    usize = |value: Self| value == usize::MAX, true;
    f64 = |value: Self| value == -1.0, true;
    *mut c_void = |pointer: Self| pointer.is_null(), true;
    *mut cpy_PyObject = |pointer: Self| pointer.is_null(), false;
    HPyType_BuiltinShape = |value: Self| value == HPyType_BuiltinShape(-2), false;
}

impl Judge for *const c_char {
    fn judge(self) -> Answer {
        Answer::Text(self)
    }
}

impl Judge for () {
    fn judge(self) -> Answer {
        Answer::Void
    }
}

macro_rules! judges_of_words {
    ($($type:ident => $answer:ident;)*) => {
        $(impl Judge for $type {
            fn judge(self) -> Answer {
                Answer::$answer(self)
            }
        })*
    };
}

judges_of_words! {
    HPy => Handle;
    HPyListBuilder => ListBuilder;
    HPyTupleBuilder => TupleBuilder;
    HPyTracker => Tracker;
    HPyThreadState => ThreadState;
}

impl Answer {
    /// Failure and a pending error go together.
    ///
    /// # Panics
    ///
    /// If they don't.
    pub fn assert_discipline(&self, row: &Row, is_pending: bool) {
        let failure = match self {
            Answer::Void => return,
            &Answer::Plain { failure, ambiguous } => {
                // An `int32_t` that is a status is 0 or -1, one that is a number is any.
                let ambiguous = ambiguous || row.name == "ctx_Long_AsInt32_t";
                if ambiguous && !is_pending {
                    return;
                }
                failure
            }
            // The duplicate of nothing is nothing, and an iteration ends so.
            Answer::Handle(_) if row.facts.contains(&Fact::NullResult) && !is_pending => return,
            Answer::Handle(h) => h.is_null(),
            Answer::Text(text) => text.is_null(),
            // A builder that found no memory is null, and `Build` reports it.
            Answer::ListBuilder(builder) => builder.is_null() && is_pending,
            Answer::TupleBuilder(builder) => builder.is_null() && is_pending,
            Answer::Tracker(tracker) => tracker.is_null(),
            Answer::ThreadState(state) => state.is_null(),
        };
        assert_eq!(failure, is_pending, "{} answered {self:?}", row.name);
    }

    /// Gives up what the function has given.
    pub fn close(self, c: C, is_pending: bool) {
        match self {
            Answer::Void | Answer::Plain { .. } | Answer::Text(_) => {}
            Answer::Handle(h) => c.close(h),
            Answer::ListBuilder(builder) => c!(c.ctx_ListBuilder_Cancel(builder)),
            Answer::TupleBuilder(builder) => c!(c.ctx_TupleBuilder_Cancel(builder)),
            Answer::Tracker(_) if is_pending => {}
            Answer::Tracker(tracker) => c!(c.ctx_Tracker_Close(tracker)),
            Answer::ThreadState(state) => c!(c.ctx_ReenterPythonExecution(state)),
        }
    }
}
