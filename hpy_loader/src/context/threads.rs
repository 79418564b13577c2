//! Leaving Python and coming back: C code between the two runs without the HPy lock.

use super::prelude::*;
use crate::core::LeftThread;
use std::sync::atomic::Ordering;

fn unknown<R: Runtime>(call: ContextCall<R>) -> R::Object {
    call.system_error("HPy_ReenterPythonExecution: unknown thread state")
}

context_functions! {
    fn ctx_LeavePythonExecution(call) -> HPyThreadState {
        let core = call.core();
        if !core.lock().is_held::<R>() {
            // The thread has left before. It cannot even be told: the pending error
            // belongs to whoever has the lock.
            return Ok(HPyThreadState::NULL);
        }
        let state = core.left_threads().insert(LeftThread {
            pending: core.replace_pending(RawHandle::NULL),
        });
        core.threads_away().fetch_add(1, Ordering::Relaxed);
        if R::THREADS {
            core.lock().give_up();
        }
        call.runtime().detach();
        Ok(HPyThreadState(state))
    }

    fn ctx_ReenterPythonExecution(call, state: HPyThreadState) {
        let core = call.core();
        // A thread that has not left has the lock, and would wait for itself.
        let has_left = match R::THREADS {
            true => !core.lock().is_held::<R>(),
            false => core.left_threads().contains(state.0),
        };
        if !has_left {
            return Err(unknown(call));
        }
        call.runtime().attach();
        core.lock().acquire(call.runtime());
        core.threads_away().fetch_sub(1, Ordering::Relaxed);
        match core.left_threads().remove(state.0) {
            Some(left) => {
                core.replace_pending(left.pending);
                Ok(())
            }
            None => Err(unknown(call)),
        }
    }
}
