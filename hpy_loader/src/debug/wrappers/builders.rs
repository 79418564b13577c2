//! Lists and tuples under construction: each builder has a record of what became
//! of it.

use super::super::numbered_records::{Entry, Ring};
use super::super::violations::Kind;
use super::*;
use crate::sites::Site;
use std::cell::RefCell;
use std::ffi::CStr;

/// One builder that C has.
#[derive(Debug, Clone, Copy)]
struct Record {
    inner: isize,
    is_list: bool,
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

/// All of them. Builders of C are numbers from 1 on; what was closed stays, as
/// far as there is room, to be recognised.
#[derive(Debug, Default)]
pub struct Builders {
    records: RefCell<Ring<Record>>,
}

impl Builders {
    /// Where those were made that are neither built nor cancelled, with their age.
    pub fn open(&self) -> Vec<(u64, Site)> {
        let records = self.records.borrow();
        let open = records.open().into_iter();
        open.map(|record| (record.age, record.opened)).collect()
    }
}

const USED_UP: &CStr = c"the builder is used up, or never was one";

/// Makes a builder's record.
fn open(inspection: &Inspection, inner: isize, is_list: bool) -> isize {
    if inner == 0 {
        return 0;
    }
    let opened = inspection.site();
    let record = Record {
        inner,
        is_list,
        is_open: true,
        age: inspection.debug().records.opened(),
        opened,
        closed: Site::UNKNOWN,
    };
    let mut records = inspection.debug().builders.records.borrow_mut();
    records.insert(|_| record)
}

/// The wrapped builder, or null after a violation.
fn unwrap(inspection: &Inspection, builder: isize, is_list: bool, is_end: bool) -> isize {
    if builder == 0 {
        return 0;
    }
    let mut records = inspection.debug().builders.records.borrow_mut();
    let record = records.get_mut(builder);
    let (opened, closed) = match record {
        Some(record) if record.is_open && record.is_list == is_list => {
            if is_end {
                record.is_open = false;
                record.closed = inspection.site();
            }
            return record.inner;
        }
        Some(record) => (record.opened, record.closed),
        None => (Site::UNKNOWN, Site::UNKNOWN),
    };
    drop(records);
    inspection.violation_at(Kind::BuilderUsedUp, opened, closed);
    0
}

rows! {
    fn ctx_ListBuilder_New(inspection, size: HPy_ssize_t) -> HPyListBuilder {
        let inner = inspection.inner();
        // SAFETY: as the extension calls it.
        let builder = unsafe { ((*inner).ctx_ListBuilder_New)(inner, size) };
        HPyListBuilder(open(inspection, builder.0, true))
    }

    fn ctx_ListBuilder_Set(
        inspection,
        builder: HPyListBuilder,
        index: HPy_ssize_t,
        h_item: HPy,
    ) {
        let inner = inspection.inner();
        let is_null = builder.is_null();
        let builder = HPyListBuilder(unwrap(inspection, builder.0, true, false));
        let item = inspection.unwrap(h_item);
        if builder.is_null() && !is_null {
            inspection.system_error(USED_UP);
            return;
        }
        // SAFETY: as the extension calls it, with what is wrapped.
        unsafe { ((*inner).ctx_ListBuilder_Set)(inner, builder, index, item) };
    }

    fn ctx_ListBuilder_Build(inspection, builder: HPyListBuilder) -> HPy {
        let inner = inspection.inner();
        let builder = HPyListBuilder(unwrap(inspection, builder.0, true, true));
        // SAFETY: as the extension calls it, with what is wrapped.
        inspection.wrap(unsafe { ((*inner).ctx_ListBuilder_Build)(inner, builder) })
    }

    fn ctx_ListBuilder_Cancel(inspection, builder: HPyListBuilder) {
        let inner = inspection.inner();
        let builder = HPyListBuilder(unwrap(inspection, builder.0, true, true));
        // SAFETY: as the extension calls it, with what is wrapped.
        unsafe { ((*inner).ctx_ListBuilder_Cancel)(inner, builder) };
    }

    fn ctx_TupleBuilder_New(inspection, size: HPy_ssize_t) -> HPyTupleBuilder {
        let inner = inspection.inner();
        // SAFETY: as the extension calls it.
        let builder = unsafe { ((*inner).ctx_TupleBuilder_New)(inner, size) };
        HPyTupleBuilder(open(inspection, builder.0, false))
    }

    fn ctx_TupleBuilder_Set(
        inspection,
        builder: HPyTupleBuilder,
        index: HPy_ssize_t,
        h_item: HPy,
    ) {
        let inner = inspection.inner();
        let is_null = builder.is_null();
        let builder = HPyTupleBuilder(unwrap(inspection, builder.0, false, false));
        let item = inspection.unwrap(h_item);
        if builder.is_null() && !is_null {
            inspection.system_error(USED_UP);
            return;
        }
        // SAFETY: as the extension calls it, with what is wrapped.
        unsafe { ((*inner).ctx_TupleBuilder_Set)(inner, builder, index, item) };
    }

    fn ctx_TupleBuilder_Build(inspection, builder: HPyTupleBuilder) -> HPy {
        let inner = inspection.inner();
        let builder = HPyTupleBuilder(unwrap(inspection, builder.0, false, true));
        // SAFETY: as the extension calls it, with what is wrapped.
        inspection.wrap(unsafe { ((*inner).ctx_TupleBuilder_Build)(inner, builder) })
    }

    fn ctx_TupleBuilder_Cancel(inspection, builder: HPyTupleBuilder) {
        let inner = inspection.inner();
        let builder = HPyTupleBuilder(unwrap(inspection, builder.0, false, true));
        // SAFETY: as the extension calls it, with what is wrapped.
        unsafe { ((*inner).ctx_TupleBuilder_Cancel)(inner, builder) };
    }
}
