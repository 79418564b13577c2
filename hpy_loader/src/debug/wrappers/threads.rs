//! Code that runs without the HPy lock.

use super::super::debug_call;
use super::*;

rows! {
    fn ctx_LeavePythonExecution(inspection) -> HPyThreadState {
        let inner = inspection.inner();
        debug_call::leave(inspection.turn);
        // SAFETY: as the extension calls it.
        unsafe { ((*inner).ctx_LeavePythonExecution)(inner) }
    }
}

/// The one function that is for threads without the lock.
#[allow(non_snake_case)]
mod reenter {
    use super::super::super::extension::Turn;
    use super::*;

    pub(super) unsafe extern "C" fn ctx_ReenterPythonExecution(
        context: *mut HPyContext,
        state: HPyThreadState,
    ) {
        // SAFETY: the function is only in contexts of this mode.
        let inner = unsafe { Turn::of(context) }.inner;
        // SAFETY: as the extension calls it.
        unsafe { ((*inner).ctx_ReenterPythonExecution)(inner, state) };
        debug_call::reenter();
    }
}

/// Puts all of it into a context.
pub(super) fn fill_all(context: &mut HPyContext) {
    fill(context);
    context.ctx_ReenterPythonExecution = reenter::ctx_ReenterPythonExecution;
}
