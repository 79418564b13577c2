//! Calls of C in a mode that wraps the universal context.

use crate::abi::{HPy, HPyContext};
use crate::call::{HandleOwner, Passage, Plain, Way};
use crate::debug::{DebugCall, Extension};
use crate::handles::RawHandle;
use crate::loader::Loader;
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

    /// Says that a function was given NULL where it needs something.
    #[cold]
    pub(crate) fn refused_null(self, row: &str, needed: &str) {
        match self {
            Self::Trace(_) => {}
            Self::Debug(extension) => extension.refused_null(row, needed),
        }
    }
}

/// The way to C of every loader that has a [`Wrapper`].
pub(super) struct Wrapped;

impl Passage for Wrapped {
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        function: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        match loader.wrapper() {
            None => Plain::go(loader, function, receiver, words, call),
            Some(Wrapper::Trace(trace)) => {
                let way = Way::new(trace.context(), receiver, words.borrow(), None);
                let outcome = trace.call(function, || call(way));
                loader.core().expect_back();
                outcome
            }
            Some(Wrapper::Debug(extension)) => {
                let debug_call = DebugCall::new(extension, function);
                let receiver = debug_call.open(receiver);
                let mut opened = words.clone();
                debug_call.open_all(opened.borrow_mut());
                let context = debug_call.context();
                let way = Way::new(context, receiver, opened.borrow(), Some(&debug_call));
                let outcome = call(way);
                debug_call.finish(outcome, receiver, opened.borrow())
            }
        }
    }
}

impl HandleOwner for DebugCall {
    fn own(&self, handle: HPy) -> HPy {
        DebugCall::own(self, handle)
    }
}
