//! Sets of handles that are closed together.

use super::handle::close;
use super::prelude::*;
use crate::core::Tracker;

/// The memory of a tracker of more handles is not kept for the next one.
const SMALL: usize = 64;

fn closed_tracker<R: Runtime>(call: ContextCall<R>) -> R::Object {
    call.system_error("the tracker is closed, or never was one")
}

context_functions! {
    fn ctx_Tracker_New(call, size: HPy_ssize_t) -> HPyTracker {
        fast {
            let size = usize::try_from(size).ok()?;
            let tracker = call.core().trackers().spare()?;
            if tracker.handles.capacity() <= size {
                return None;
            }
            Some(HPyTracker(call.core().trackers().insert(tracker)))
        }
        general {
            let mut handles = Vec::new();
            // One more than asked for: even an `Add` that fails has tracked its handle.
            let room = usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1);
            call.expect_memory(room.saturating_mul(size_of::<HPy>()))?;
            if handles.try_reserve(room).is_err() {
                return Err(call.no_memory());
            }
            Ok(HPyTracker(call.core().trackers().insert(Tracker { handles })))
        }
    }

    fn ctx_Tracker_Add(call, ht: HPyTracker, h: HPy) -> c_int {
        fast {
            let add = |tracker: &mut Tracker| tracker.handles.push(h);
            call.core().trackers().with(ht.0, add).map(|()| 0)
        }
        general {
            let add = |tracker: &mut Tracker| tracker.handles.push(h);
            let added = call.core().trackers().with(ht.0, add);
            added.map(|()| 0).ok_or_else(|| closed_tracker(call))
        }
    }

    fn ctx_Tracker_ForgetAll(call, ht: HPyTracker) {
        let forget = |tracker: &mut Tracker| tracker.handles.clear();
        let forgotten = call.core().trackers().with(ht.0, forget);
        forgotten.ok_or_else(|| closed_tracker(call))
    }

    fn ctx_Tracker_Close(call, ht: HPyTracker) {
        let Some(mut tracker) = call.core().trackers().remove(ht.0) else {
            return Err(closed_tracker(call));
        };
        let handles = call.core().handles();
        for handle in tracker.handles.drain(..) {
            if !handles.try_close(RawHandle::from(handle)) {
                close(call, handle);
            }
        }
        if tracker.handles.capacity() <= SMALL {
            call.core().trackers().keep_spare(tracker);
        }
        Ok(())
    }
}
