//! What lies between the loader and a C function in the other modes.

use super::running::{CallMode, PreparedCall, Universal, handles};
use crate::abi::HPy;
use crate::debug::Visit;
use crate::handles::RawHandle;
use crate::loader::Loader;
use crate::modes::{Outcome, Wrapper};
use crate::runtime::Runtime;
use std::borrow::BorrowMut;
use std::ffi::c_void;

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
                    visit: None,
                };
                let outcome = trace.call(function, || call(prepared));
                loader.core().expect_back();
                outcome
            }
            Some(Wrapper::Debug(extension)) => {
                let visit = Visit::new(extension, function);
                let receiver = visit.open(receiver);
                let mut opened = words.clone();
                visit.open_all(opened.borrow_mut());
                let outcome = call(PreparedCall {
                    context: visit.context(),
                    receiver,
                    handles: handles(opened.borrow()),
                    visit: Some(&visit),
                });
                visit.finish(outcome, receiver, opened.borrow())
            }
        }
    }
}
