//! Trackers: the mode has its own, since it has to know of every handle that is
//! closed.

use super::*;

/// A tracker of so many handles is never refused for want of memory.
const SMALL: std::ops::RangeInclusive<HPy_ssize_t> = 0..=64;

/// What was done with a tracker that is open; nothing after a violation.
fn expect_open<T>(inspection: &Inspection, done: Result<T, (Site, Site)>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err((opened, closed)) => {
            inspection.violation_at(ViolationKind::TrackerClosed, opened, closed);
            None
        }
    }
}

wrappers! {
    fn ctx_Tracker_New(size: HPy_ssize_t) -> HPyTracker {
        general(inspection) {
            let inner = inspection.inner();
            if !SMALL.contains(&size) {
                // The wrapped one tells whether there is memory for it.
                let tracker = inner.ctx_Tracker_New(size);
                if tracker.is_null() {
                    return tracker;
                }
                inner.ctx_Tracker_Close(tracker);
            }
            let (opener, site) = (inspection.context.opener(), inspection.site());
            let debug = inspection.debug();
            HPyTracker(debug.trackers.open(opener, site, debug.spare_handles.take()))
        }
    }

    fn ctx_Tracker_Add(ht: HPyTracker, h: HPy) -> c_int {
        general(inspection) {
            let trackers = &inspection.debug().trackers;
            let added = trackers.with(ht.0, |record| record.value.push(h));
            match expect_open(inspection, added) {
                Some(()) => 0,
                None => {
                    inspection
                        .inner()
                        .system_error(c"the tracker is closed, or never was one");
                    -1
                }
            }
        }
    }

    fn ctx_Tracker_ForgetAll(ht: HPyTracker) {
        general(inspection) {
            let trackers = &inspection.debug().trackers;
            expect_open(inspection, trackers.with(ht.0, |record| record.value.clear()));
        }
    }

    fn ctx_Tracker_Close(ht: HPyTracker) {
        general(inspection) {
            let debug = inspection.debug();
            let closed = debug.trackers.close(ht.0, inspection.site());
            if let Some(mut handles) = expect_open(inspection, closed) {
                for handle in handles.drain(..) {
                    inspection.close(handle);
                }
                debug.spare_handles.set(handles);
            }
        }
    }
}
