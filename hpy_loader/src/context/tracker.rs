//! Sets of handles that are closed together.

use super::prelude::*;

/// The handles that a tracker owns.
pub(crate) struct Tracker {
    handles: Vec<HPy>,
}

pub(crate) unsafe fn ctx_Tracker_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> Fallible<HPyTracker, R> {
    let mut handles = Vec::new();
    // One more than asked for: even an `Add` that fails has tracked its handle.
    let room = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    entry.expect_memory(room.saturating_mul(size_of::<HPy>()))?;
    if handles.try_reserve(room).is_err() {
        return Err(entry.no_memory());
    }
    Ok(HPyTracker(
        entry.core().trackers().insert(Tracker { handles }),
    ))
}

fn used_up<R: Runtime>(entry: Entry<R>) -> R::Object {
    entry.system_error("the tracker is closed, or never was one")
}

pub(crate) unsafe fn ctx_Tracker_Add<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
    h: HPy,
) -> Fallible<c_int, R> {
    let added = entry
        .core()
        .trackers()
        .with(ht.0, |tracker| tracker.handles.push(h));
    added.map(|()| 0).ok_or_else(|| used_up(entry))
}

pub(crate) unsafe fn ctx_Tracker_ForgetAll<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
) -> Fallible<(), R> {
    let forgotten = entry
        .core()
        .trackers()
        .with(ht.0, |tracker| tracker.handles.clear());
    forgotten.ok_or_else(|| used_up(entry))
}

pub(crate) unsafe fn ctx_Tracker_Close<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
) -> Fallible<(), R> {
    let Some(tracker) = entry.core().trackers().remove(ht.0) else {
        return Err(used_up(entry));
    };
    for handle in tracker.handles {
        // SAFETY: any word may be closed.
        unsafe { super::ctx_Close(entry, handle) }?;
    }
    Ok(())
}
