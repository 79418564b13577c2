//! Sets of handles that are closed together.

use super::prelude::*;
use crate::core::Core;

/// The memory of a tracker of more handles is not kept for the next one.
const SMALL: usize = 64;

/// The handles that a tracker owns.
pub(crate) struct Tracker {
    handles: Vec<HPy>,
}

pub(crate) unsafe fn ctx_Tracker_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> VmResult<HPyTracker, R> {
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

/// A small tracker, by the short way through the boundary.
#[inline]
pub(crate) fn new_small_tracker<R: Runtime>(
    core: &'static Core<R>,
    size: HPy_ssize_t,
) -> Option<HPyTracker> {
    let size = usize::try_from(size).ok()?;
    let tracker = core.trackers().spare()?;
    if tracker.handles.capacity() <= size {
        return None;
    }
    Some(HPyTracker(core.trackers().insert(tracker)))
}

/// Tracks a handle where there is room, by the short way.
#[inline]
pub(crate) fn track<R: Runtime>(
    core: &'static Core<R>,
    tracker: HPyTracker,
    handle: HPy,
) -> Option<c_int> {
    core.trackers()
        .with(tracker.0, |tracker| tracker.handles.push(handle))
        .map(|()| 0)
}

fn used_up<R: Runtime>(entry: Entry<R>) -> R::Object {
    entry.system_error("the tracker is closed, or never was one")
}

pub(crate) unsafe fn ctx_Tracker_Add<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
    h: HPy,
) -> VmResult<c_int, R> {
    let added = entry
        .core()
        .trackers()
        .with(ht.0, |tracker| tracker.handles.push(h));
    added.map(|()| 0).ok_or_else(|| used_up(entry))
}

pub(crate) unsafe fn ctx_Tracker_ForgetAll<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
) -> VmResult<(), R> {
    let forgotten = entry
        .core()
        .trackers()
        .with(ht.0, |tracker| tracker.handles.clear());
    forgotten.ok_or_else(|| used_up(entry))
}

pub(crate) unsafe fn ctx_Tracker_Close<R: Runtime>(
    entry: Entry<R>,
    ht: HPyTracker,
) -> VmResult<(), R> {
    let Some(mut tracker) = entry.core().trackers().remove(ht.0) else {
        return Err(used_up(entry));
    };
    let handles = entry.core().handles();
    for handle in tracker.handles.drain(..) {
        if !handles.try_close(RawHandle::from_bits(handle.0)) {
            // SAFETY: any word may be closed.
            unsafe { super::ctx_Close(entry, handle) }?;
        }
    }
    if tracker.handles.capacity() <= SMALL {
        entry.core().trackers().keep_spare(tracker);
    }
    Ok(())
}
