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
    entry.runtime().attach();
    loader.lock().acquire(entry.runtime());
    match loader.departures().remove(state.0) {
        Some(departure) => {
            loader.replace_pending(departure.pending);
            Ok(())
        }
        None => Err(entry.system_error("HPy_ReenterPythonExecution: unknown thread state")),
    }
}
