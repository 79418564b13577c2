//! Which context the C code of a thread may use.

use super::pooled_context::{NOBODY, PooledContext, this_thread};
use crate::sites::CallScope;
use std::cell::Cell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    /// The context of the innermost call, if this thread is in C and has not left.
    static INSIDE: Cell<Option<&'static PooledContext>> = const { Cell::new(None) };
    /// The context that may be used again when C comes back.
    static LEFT: Cell<Option<&'static PooledContext>> = const { Cell::new(None) };
    /// The slot whose function this thread is in, if such a function gets no context.
    static CONTEXTLESS: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// The slot whose function this thread is in, if it gets no context.
pub(super) fn contextless() -> Option<&'static str> {
    CONTEXTLESS.get().filter(|_| innermost().is_none())
}

/// Whether there is a debug mode in this process.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// From here on there are calls to which contexts belong.
pub(super) fn begin() {
    IS_USED.store(true, Ordering::Relaxed);
}

/// Runs `call`, which calls the function of C in a slot whose functions get no context:
/// until it returns, C may use none.
#[inline]
pub(crate) fn without_context(slot: &'static str, function: *const c_void, call: impl FnOnce()) {
    match IS_USED.load(Ordering::Relaxed) {
        true => hiding_context(slot, function, call),
        false => call(),
    }
}

#[inline(never)]
fn hiding_context(slot: &'static str, function: *const c_void, call: impl FnOnce()) {
    let _call = CallScope::of(function);
    let context = INSIDE.replace(None);
    let user = context.map(|context| (context, context.replace_user(NOBODY)));
    let outer = CONTEXTLESS.replace(Some(slot));
    call();
    CONTEXTLESS.set(outer);
    if let Some((context, user)) = user {
        context.set_user(user);
    }
    INSIDE.set(context);
}

/// The context of the innermost call of C on this thread, unless that has left.
pub(super) fn innermost() -> Option<&'static PooledContext> {
    INSIDE.get()
}

/// Sets the [`innermost`] context; the former one.
#[inline(always)]
pub(super) fn replace_innermost(
    context: Option<&'static PooledContext>,
) -> Option<&'static PooledContext> {
    INSIDE.replace(context)
}

/// `HPy_LeavePythonExecution` was called.
pub(super) fn leave(context: &'static PooledContext) {
    context.capture_awaited();
    context.set_user(NOBODY);
    INSIDE.set(None);
    LEFT.set(Some(context));
}

/// `HPy_ReenterPythonExecution` was called.
pub(super) fn reenter() {
    if let Some(left) = LEFT.replace(None) {
        INSIDE.set(Some(left));
        left.set_user(this_thread());
    }
}
