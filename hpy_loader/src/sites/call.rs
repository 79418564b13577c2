//! What the innermost call into C is of.

use super::python::PythonStack;
use crate::runtime::Runtime;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null;

/// What is known of the C call that a thread is in.
#[derive(Clone, Copy, Debug)]
struct CallState {
    function: *const c_void,
    /// The Python stack that it was called from, once somebody has asked.
    above: Option<PythonStack>,
}

const OUTSIDE: CallState = CallState {
    function: null(),
    above: None,
};

thread_local! {
    static STATE: Cell<CallState> = const { Cell::new(OUTSIDE) };
}

/// A call into C in progress on this thread. Whoever calls C in a mode that
/// takes sites makes one and keeps it until C has returned.
///
/// It remembers which function was called, for sites in functions that were left
/// by a jump, and the Python stack above: while C runs, that stack stays as it
/// is, so it is taken once a call, and only in calls that need it.
#[derive(Debug)]
#[must_use = "the call lasts as long as this value"]
pub struct CallScope {
    outer: CallState,
}

impl CallScope {
    /// The thread goes into `function`.
    #[inline]
    pub fn of(function: *const c_void) -> Self {
        let state = CallState {
            function,
            above: None,
        };
        // A thread that is ending may have no thread-local values any more.
        let outer = STATE.try_with(|cell| cell.replace(state));
        Self {
            outer: outer.unwrap_or(OUTSIDE),
        }
    }

    /// The function that the thread is in, or 0.
    pub(super) fn function() -> usize {
        let function = STATE.try_with(|state| state.get().function);
        function.map_or(0, |function| function.addr())
    }

    /// The Python stack above, from `capture` if it was not taken before.
    pub(super) fn above(capture: impl FnOnce() -> PythonStack) -> PythonStack {
        let known = STATE.try_with(|state| state.get().above).ok().flatten();
        known.unwrap_or_else(|| {
            let above = capture();
            // Outside of a call the stack is another one every time.
            let _ = STATE.try_with(|cell| {
                let state = cell.get();
                if !state.function.is_null() {
                    cell.set(CallState {
                        above: Some(above),
                        ..state
                    });
                }
            });
            above
        })
    }
}

impl Drop for CallScope {
    #[inline]
    fn drop(&mut self) {
        // As in `of`.
        let _ = STATE.try_with(|cell| cell.set(self.outer));
    }
}

impl PythonStack {
    /// The stack of this thread. Within a [`CallScope`] it is taken once.
    #[inline]
    pub fn capture<R: Runtime>(runtime: &R) -> Self {
        CallScope::above(|| Self::take(runtime))
    }
}
