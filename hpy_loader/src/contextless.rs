//! Functions of an extension that get no context: `tp_traverse` and `tp_destroy`.
//!
//! Such a function must not use the API, for which it has no context. One that uses a
//! context from elsewhere does so at a bad time: `tp_traverse` runs in the middle of a
//! collection, when most of the API would wait for the collector, which waits for
//! `tp_traverse`. So there the general path of a context function ends the process with a
//! message, and the fast paths that make objects leave the call to it. In `tp_destroy` the
//! API works; debug mode reports that it is used.

use crate::abi::context::public_name;
use crate::debug::without_context;
use crate::report::report_line;
use crate::sites::Site;
use std::cell::Cell;
use std::ffi::c_void;

thread_local! {
    /// The `tp_traverse` that this thread is in, or null.
    static TRAVERSE: Cell<*const c_void> = const { Cell::new(std::ptr::null()) };
}

/// Whether this thread is in a `tp_traverse`.
#[inline(always)]
pub(crate) fn is_traversing() -> bool {
    !TRAVERSE.get().is_null()
}

/// Runs `call`, which calls the `tp_traverse` at `function`.
#[inline]
pub(crate) fn traverse(function: *const c_void, call: impl FnOnce()) {
    let outer = TRAVERSE.replace(function);
    // C does not unwind, and Rust below it aborts: nothing is left set.
    without_context("tp_traverse", function, call);
    TRAVERSE.set(outer);
}

/// Runs `call`, which calls the `tp_destroy` at `function`.
#[inline]
pub(crate) fn destroy(function: *const c_void, call: impl FnOnce()) {
    without_context("tp_destroy", function, call);
}

/// Ends the process: `tp_traverse` has called the API.
#[cold]
pub(crate) fn refuse(row: &str) -> ! {
    let function = public_name(row);
    let place = Site::of_function(TRAVERSE.get()).frames();
    let place = place.first().map(|frame| format!("; it is {frame}"));
    report_line!(
        "Fatal Python error: {function} is called in a tp_traverse, which must not use the API{}",
        place.unwrap_or_default()
    );
    std::process::abort()
}
