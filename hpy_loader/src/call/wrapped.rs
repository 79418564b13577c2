//! What lies between the loader and a C function in the other modes.

use super::Loader;
use super::running::{CallMode, PreparedCall, Universal, handles};
use crate::abi::{HPy, HPyContext};
use crate::debug::{DebugCall, Extension};
use crate::handles::RawHandle;

use crate::modes::Outcome;
use crate::runtime::Runtime;
use crate::trace::Trace;
use std::borrow::BorrowMut;
use std::ffi::c_void;

/// What stands between an extension and the universal context.
#[derive(Clone, Copy)]
pub(crate) enum Wrapper {
    Trace(&'static Trace),
    Debug(&'static Extension),
}

impl Wrapper {
    pub(crate) fn context(self) -> *mut HPyContext {
        match self {
            Self::Trace(trace) => trace.context(),
            Self::Debug(extension) => extension.context(),
        }
    }

    /// Says that a function sets an error.
    #[cold]
    pub(crate) fn error_set(self, row: &str) {
        match self {
            Self::Trace(_) => {}
            Self::Debug(extension) => extension.error_set(row),
        }
    }

    /// Says that a function was given NULL where it needs something.
    #[cold]
    pub(crate) fn refused_null(self, row: &str, needed: &str) {
        match self {
            Self::Trace(_) => {}
            Self::Debug(extension) => extension.refused_null(row, needed),
        }
    }
}

/// The other modes.
pub(crate) struct Wrapped;

impl CallMode for Wrapped {
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        function: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(PreparedCall<'_>) -> T,
    ) -> T {
        match loader.wrapper() {
            None => Universal::go(loader, function, receiver, words, call),
            Some(Wrapper::Trace(trace)) => {
                let prepared = PreparedCall {
                    context: trace.context(),
                    receiver,
                    handles: handles(words.borrow()),
                    debug_call: None,
                };
                let outcome = trace.call(function, || call(prepared));
                loader.core().expect_back();
                outcome
            }
            Some(Wrapper::Debug(extension)) => {
                let debug_call = DebugCall::new(extension, function);
                let receiver = debug_call.open(receiver);
                let mut opened = words.clone();
                debug_call.open_all(opened.borrow_mut());
                let outcome = call(PreparedCall {
                    context: debug_call.context(),
                    receiver,
                    handles: handles(opened.borrow()),
                    debug_call: Some(&debug_call),
                });
                debug_call.finish(outcome, receiver, opened.borrow())
            }
        }
    }
}
