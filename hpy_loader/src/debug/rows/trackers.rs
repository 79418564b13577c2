//! Trackers: the mode has its own, since it has to know of every handle that is
//! closed.

use super::super::violation::Kind;
use super::builders::Ring;
use super::*;
use crate::sites::Site;
use std::cell::RefCell;

#[derive(Debug)]
struct Record {
    /// None once it is closed.
    handles: Option<Vec<HPy>>,
    opened: Site,
    closed: Site,
}

/// All trackers, which C knows by number.
#[derive(Debug, Default)]
pub struct Trackers {
    records: RefCell<Ring<Record>>,
}

/// Works on the handles of a tracker that is open; nothing after a violation.
fn with<T>(
    inspection: &Inspection,
    tracker: HPyTracker,
    work: impl FnOnce(&mut Record) -> T,
) -> Option<T> {
    let mut records = inspection.debug().trackers.records.borrow_mut();
    let (opened, closed) = match records.get_mut(tracker.0) {
        Some(record) if record.handles.is_some() => return Some(work(record)),
        Some(record) => (record.opened, record.closed),
        None => (Site::UNKNOWN, Site::UNKNOWN),
    };
    drop(records);
    inspection.violation_at(Kind::TrackerClosed, opened, closed);
    inspection.system_error(c"the tracker is closed, or never was one");
    None
}

rows! {
    fn ctx_Tracker_New(inspection, size: HPy_ssize_t) -> HPyTracker {
        let inner = inspection.inner();
        // The wrapped one tells whether there is memory for it.
        // SAFETY: as the extension calls it; what is there can be closed.
        unsafe {
            let tracker = ((*inner).ctx_Tracker_New)(inner, size);
            if tracker.is_null() {
                return tracker;
            }
            ((*inner).ctx_Tracker_Close)(inner, tracker);
        }
        let record = Record {
            handles: Some(Vec::new()),
            opened: inspection.site(),
            closed: Site::UNKNOWN,
        };
        let mut records = inspection.debug().trackers.records.borrow_mut();
        HPyTracker(records.insert(record, |record| record.handles.is_none()))
    }

    fn ctx_Tracker_Add(inspection, ht: HPyTracker, h: HPy) -> c_int {
        let add = |record: &mut Record| record.handles.get_or_insert_default().push(h);
        match with(inspection, ht, add) {
            Some(()) => 0,
            None => -1,
        }
    }

    fn ctx_Tracker_ForgetAll(inspection, ht: HPyTracker) {
        with(inspection, ht, |record| record.handles = Some(Vec::new()));
    }

    fn ctx_Tracker_Close(inspection, ht: HPyTracker) {
        let site = inspection.site();
        let handles = with(inspection, ht, |record| {
            record.closed = site;
            record.handles.take()
        });
        for handle in handles.flatten().into_iter().flatten() {
            inspection.close(handle);
        }
    }
}
