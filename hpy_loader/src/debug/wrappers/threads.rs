//! Code that runs without the HPy lock.

use super::super::innermost_context;
use super::*;

wrappers! {
    fn ctx_LeavePythonExecution() -> HPyThreadState {
        general(inspection) {
            innermost_context::leave(inspection.context);
            inspection.inner().ctx_LeavePythonExecution()
        }
    }
}

/// The one function that is for threads without the lock: nothing of the mode may be
/// touched before it.
unsafe extern "C" fn reenter(context: *mut HPyContext, state: HPyThreadState) {
    // SAFETY: the function is only in contexts of this mode.
    let inner = unsafe { PooledContext::of(context) }.inner;
    // SAFETY: as the extension calls it.
    unsafe { (inner.ctx_ReenterPythonExecution)(inner.as_ptr(), state) };
    innermost_context::reenter();
}

pub(super) fn fill_all(context: &mut HPyContext) {
    fill(context);
    context.ctx_ReenterPythonExecution = reenter;
}
