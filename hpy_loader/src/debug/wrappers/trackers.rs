//! Trackers: the mode has its own, since it has to know of every handle that is
//! closed.

use super::super::numbered_records::NumberedRecord;
use super::*;

/// A tracker of so many handles is never refused for want of memory.
const SMALL: std::ops::RangeInclusive<HPy_ssize_t> = 0..=64;

/// Works on the handles of a tracker that is open; nothing after a violation.
fn with<T>(
    inspection: &Inspection,
    tracker: HPyTracker,
    work: impl FnOnce(&mut NumberedRecord<Vec<HPy>>) -> T,
) -> Option<T> {
    let mut trackers = inspection.debug().trackers.borrow_mut();
    let (opened, closed) = match trackers.get_open(tracker.0) {
        Ok(record) => return Some(work(record)),
        Err(sites) => sites,
    };
    drop(trackers);
    inspection.violation_at(ViolationKind::TrackerClosed, opened, closed);
    None
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
            let (age, site) = (inspection.debug().records.opened(), inspection.site());
            let mut trackers = inspection.debug().trackers.borrow_mut();
            // The memory of a former tracker will do once more.
            HPyTracker(trackers.open(age, site, Option::unwrap_or_default))
        }
    }

    fn ctx_Tracker_Add(ht: HPyTracker, h: HPy) -> c_int {
        general(inspection) {
            match with(inspection, ht, |record| record.value.push(h)) {
                Some(()) => 0,
                None => {
                    inspection.system_error(c"the tracker is closed, or never was one");
                    -1
                }
            }
        }
    }

    fn ctx_Tracker_ForgetAll(ht: HPyTracker) {
        general(inspection) {
            with(inspection, ht, |record| record.value.clear());
        }
    }

    fn ctx_Tracker_Close(ht: HPyTracker) {
        general(inspection) {
            let site = inspection.site();
            let handles = with(inspection, ht, |record| {
                record.close(site);
                // Closing may run other code, which makes trackers.
                std::mem::take(&mut record.value)
            });
            let Some(mut handles) = handles else {
                return;
            };
            for handle in handles.drain(..) {
                inspection.close(handle);
            }
            let mut trackers = inspection.debug().trackers.borrow_mut();
            if let Some(record) = trackers.get_mut(ht.0) {
                record.value = handles;
            }
        }
    }
}
