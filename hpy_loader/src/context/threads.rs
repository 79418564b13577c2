//! Code between these two runs without the HPy lock.

use super::prelude::*;
use std::sync::atomic::Ordering;

/// What a thread left behind.
pub(crate) struct Departure {
    /// The error that was pending, which belongs to the thread.
    pending: RawHandle,
}

pub(crate) unsafe fn ctx_LeavePythonExecution<R: Runtime>(
    entry: Entry<R>,
) -> VmResult<HPyThreadState, R> {
    let core = entry.core();
    if !core.lock().is_held::<R>() {
        // The thread has left before. It cannot even be told: the pending error
        // belongs to whoever has the lock.
        return Ok(HPyThreadState::NULL);
    }
    let state = core.departures().insert(Departure {
        pending: core.replace_pending(RawHandle::NULL),
    });
    core.away().fetch_add(1, Ordering::Relaxed);
    if R::THREADS {
        core.lock().give_up();
    }
    entry.runtime().detach();
    Ok(HPyThreadState(state))
}

pub(crate) unsafe fn ctx_ReenterPythonExecution<R: Runtime>(
    entry: Entry<R>,
    state: HPyThreadState,
) -> VmResult<(), R> {
    let core = entry.core();
    // A thread that has not left has the lock, and would wait for itself.
    let has_left = match R::THREADS {
        true => !core.lock().is_held::<R>(),
        false => core.departures().contains(state.0),
    };
    if !has_left {
        return Err(unknown(entry));
    }
    entry.runtime().attach();
    core.lock().acquire(entry.runtime());
    core.away().fetch_sub(1, Ordering::Relaxed);
    match core.departures().remove(state.0) {
        Some(departure) => {
            core.replace_pending(departure.pending);
            Ok(())
        }
        None => Err(unknown(entry)),
    }
}

fn unknown<R: Runtime>(entry: Entry<R>) -> R::Object {
    entry.system_error("HPy_ReenterPythonExecution: unknown thread state")
}
