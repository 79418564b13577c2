//! Trackers: the mode has its own, since it has to know of every handle that is
//! closed.

use super::super::numbered_records::{Entry, Ring};
use super::super::violations::Kind;
use super::*;
use crate::sites::Site;
use std::cell::RefCell;

#[derive(Debug)]
struct Record {
    handles: Vec<HPy>,
    is_open: bool,
    /// How many handles there had been.
    age: u64,
    opened: Site,
    closed: Site,
}

impl Entry for Record {
    fn is_over(&self) -> bool {
        !self.is_open
    }
}

/// A tracker of so many handles is never refused for want of memory.
const SMALL: std::ops::RangeInclusive<HPy_ssize_t> = 0..=64;

/// All trackers, which C knows by number.
#[derive(Debug, Default)]
pub struct Trackers {
    records: RefCell<Ring<Record>>,
}

impl Trackers {
    /// Where those were made that are not closed, with their age.
    pub fn open(&self) -> Vec<(u64, Site)> {
        let records = self.records.borrow();
        let open = records.open().into_iter();
        open.map(|record| (record.age, record.opened)).collect()
    }
}

/// Works on the handles of a tracker that is open; nothing after a violation.
fn with<T>(
    inspection: &Inspection,
    tracker: HPyTracker,
    work: impl FnOnce(&mut Record) -> T,
) -> Option<T> {
    let mut records = inspection.debug().trackers.records.borrow_mut();
    let (opened, closed) = match records.get_mut(tracker.0) {
        Some(record) if record.is_open => return Some(work(record)),
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
        if !SMALL.contains(&size) {
            // The wrapped one tells whether there is memory for it.
            // SAFETY: as the extension calls it; what is there can be closed.
            unsafe {
                let tracker = ((*inner).ctx_Tracker_New)(inner, size);
                if tracker.is_null() {
                    return tracker;
                }
                ((*inner).ctx_Tracker_Close)(inner, tracker);
            }
        }
        let (age, opened) = (inspection.debug().records.opened(), inspection.site());
        let mut records = inspection.debug().trackers.records.borrow_mut();
        HPyTracker(records.insert(|former| Record {
            // Its memory will do once more.
            handles: former.map_or_else(Vec::new, |former| former.handles),
            is_open: true,
            age,
            opened,
            closed: Site::UNKNOWN,
        }))
    }

    fn ctx_Tracker_Add(inspection, ht: HPyTracker, h: HPy) -> c_int {
        let add = |record: &mut Record| record.handles.push(h);
        match with(inspection, ht, add) {
            Some(()) => 0,
            None => -1,
        }
    }

    fn ctx_Tracker_ForgetAll(inspection, ht: HPyTracker) {
        with(inspection, ht, |record| record.handles.clear());
    }

    fn ctx_Tracker_Close(inspection, ht: HPyTracker) {
        let site = inspection.site();
        let handles = with(inspection, ht, |record| {
            record.closed = site;
            record.is_open = false;
            // Closing may run other code, which makes trackers.
            std::mem::take(&mut record.handles)
        });
        let Some(mut handles) = handles else {
            return;
        };
        for handle in handles.drain(..) {
            inspection.close(handle);
        }
        let mut records = inspection.debug().trackers.records.borrow_mut();
        if let Some(record) = records.get_mut(ht.0) {
            record.handles = handles;
        }
    }
}
