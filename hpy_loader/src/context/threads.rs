//! Leaving Python and coming back: C code between the two runs without the HPy lock.

use super::prelude::*;
use crate::core::LeftThread;
use crate::platform::errno::KeptErrno;
use std::sync::atomic::Ordering;

context_functions! {
    fn ctx_LeavePythonExecution(call) -> HPyThreadState {
        let _errno = KeptErrno::new();
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
        let _errno = KeptErrno::new();
        let core = call.core();
        // A thread that has not left has the lock, and would wait for itself.
        let has_left = match R::THREADS {
            true => !core.lock().is_held::<R>(),
            false => core.left_threads().contains(state.0),
        };
        if !has_left {
            return Ok(());
        }
        call.runtime().attach();
        core.lock().acquire(call.runtime());
        core.threads_away().fetch_sub(1, Ordering::Relaxed);
        if let Some(left) = core.left_threads().remove(state.0) {
            core.replace_pending(left.pending);
        }
        Ok(())
    }
}
