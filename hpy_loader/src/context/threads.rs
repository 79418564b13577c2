//! Code between these two runs without the HPy lock.

use super::prelude::*;

/// What a thread left behind.
pub(crate) struct Departure {
    /// The error that was pending, which belongs to the thread.
    pending: Word,
}

pub(crate) unsafe fn ctx_LeavePythonExecution<R: Runtime>(
    entry: Entry<R>,
) -> Fallible<HPyThreadState, R> {
    let loader = entry.loader();
    if !loader.lock().is_held::<R>() {
        // The thread has left before. It cannot even be told: the pending error
        // belongs to whoever has the lock.
        return Ok(HPyThreadState::NULL);
    }
    let state = loader.departures().insert(Departure {
        pending: loader.replace_pending(Word::NULL),
    });
    if R::THREADS {
        loader.lock().release();
    }
    entry.runtime().detach();
    Ok(HPyThreadState(state))
}

pub(crate) unsafe fn ctx_ReenterPythonExecution<R: Runtime>(
    entry: Entry<R>,
    state: HPyThreadState,
) -> Fallible<(), R> {
    let loader = entry.loader();
    // A thread that has not left has the lock, and would wait for itself.
    let has_left = match R::THREADS {
        true => !loader.lock().is_held::<R>(),
        false => loader.departures().contains(state.0),
    };
    if !has_left {
        return Err(unknown(entry));
    }
    entry.runtime().attach();
    loader.lock().acquire(entry.runtime());
    match loader.departures().remove(state.0) {
        Some(departure) => {
            loader.replace_pending(departure.pending);
            Ok(())
        }
        None => Err(unknown(entry)),
    }
}

fn unknown<R: Runtime>(entry: Entry<R>) -> R::Object {
    entry.system_error("HPy_ReenterPythonExecution: unknown thread state")
}
