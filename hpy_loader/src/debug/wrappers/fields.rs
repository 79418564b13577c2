//! References in memory of C: fields of native structs, global variables.

use super::super::native_types::StructRange;
use super::*;
use crate::handles::RawHandle;

/// Where the struct of an object lies: `object` is the wrapped handle of `handle`. An object
/// without one is reported.
fn struct_of(inspection: &Inspection, object: HPy, handle: HPy) -> Option<StructRange> {
    let types = &inspection.debug().native_types;
    // What is no open handle has been reported.
    let record = inspection.debug().records.look_open(handle)?;
    if let Some(range) = types.recent(record) {
        return Some(range);
    }
    let found = types.find(inspection.inner(), object);
    match found {
        Some(range) => types.remember(record, range),
        None => {
            let detail = "the object has no struct of this extension";
            inspection.violation(ViolationKind::FieldMisused, detail);
        }
    }
    found
}

/// What a field has. The extension gives its address.
fn content(field: *mut HPyField) -> HPyField {
    match field.is_null() {
        true => HPyField::NULL,
        // SAFETY: the extension's field, which may be packed.
        false => unsafe { field.read_unaligned() },
    }
}

/// Looks at a store to a field of a struct, which has been done.
#[inline(never)]
fn look_at_store(
    inspection: &Inspection,
    range: StructRange,
    field: *mut HPyField,
    before: HPyField,
) {
    let (debug, now) = (inspection.debug(), content(field));
    let (start, size) = range.bounds();
    let is_inside = field.addr().wrapping_sub(start) < size;
    if debug.is_of_another(range, field.addr()) {
        let detail = "the field is not in the object's struct";
        inspection.violation(ViolationKind::FieldMisused, detail);
    } else if is_inside && let Some((from, stored)) = debug.copied_from(start, before) {
        inspection.violation_of_field(ViolationKind::FieldCopied, &from, stored);
    }
    if range.traverse().is_none() && !now.is_null() {
        let name = debug.native_types.name(range);
        let detail = match is_inside {
            true => {
                let offset = field.addr() - start;
                format!("the field at offset {offset} of {name}, which has none")
            }
            false => format!("a field in memory of {name}, which has none"),
        };
        inspection.violation(ViolationKind::FieldForgotten, &detail);
    }
    // A type of another mode that derives from the extension's does not tell of its
    // instances' ends.
    if debug.guards.has(start) {
        let by = (inspection.context.number, inspection.site());
        debug.note_store((range, field.addr()), (before, now), by);
    }
}

/// Looks at a field that is about to be loaded and is not known to be the object's.
#[cold]
fn look_at_load(inspection: &Inspection, range: StructRange, field: HPyField) {
    let debug = inspection.debug();
    let copied = debug.copied_from(range.start(), field);
    // SAFETY: the object has an open handle.
    let is_there = unsafe { range.has(field) };
    match copied {
        Some((from, stored)) if is_there => {
            inspection.violation_of_field(ViolationKind::FieldCopied, &from, stored);
        }
        Some(_) => {
            let detail = "the field is not in the object's struct";
            inspection.violation(ViolationKind::FieldMisused, detail);
        }
        None if !(debug.vm.is_field)(field) => {
            let detail = "it holds no reference: it was copied and the field has changed since, or \
                          it never was one";
            inspection.violation(ViolationKind::FieldCopied, detail);
        }
        None => {}
    }
}

/// Whether a field's word is a number.
fn is_number(field: HPyField) -> bool {
    RawHandle::from_bits(field.0).is_immediate()
}

wrappers! {
    fn ctx_Field_Store(target_object: HPy, target_field: *mut HPyField, h: HPy) {
        general(inspection) {
            let inner = inspection.inner();
            let target = inspection.unwrap(target_object);
            let value = inspection.unwrap(h);
            let range = struct_of(inspection, target, target_object);
            let before = content(target_field);
            // SAFETY: the extension's field, passed on.
            unsafe { (inner.ctx_Field_Store)(inner.as_ptr(), target, target_field, value) };
            if let Some(range) = range
                && !target_field.is_null()
            {
                look_at_store(inspection, range, target_field, before);
            }
        }
    }

    fn ctx_Field_Load(source_object: HPy, source_field: HPyField) -> HPy {
        fast(context, call_site) {
            let source = context.unwrap(source_object)?;
            let record = context.debug.records.look(source_object)?;
            let range = context.debug.native_types.recent(record)?;
            if !context.debug.stored_fields.is_of(range, source_field) {
                return None;
            }
            let inner = context.inner;
            // SAFETY: the extension's field, passed on.
            let load = || unsafe { (inner.ctx_Field_Load)(inner.as_ptr(), source, source_field) };
            noted(context, call_site, effects::ctx_Field_Load, load)
        }
        general(inspection) {
            let inner = inspection.inner();
            let source = inspection.unwrap(source_object);
            if source_field.is_null() {
                inspection.violation(ViolationKind::FieldMisused, "the field is NULL");
            } else if let Some(range) = struct_of(inspection, source, source_object)
                && !is_number(source_field)
                && !inspection.debug().stored_fields.is_of(range, source_field)
            {
                inspection.apart(move |inspection| {
                    look_at_load(inspection, range, source_field);
                });
            }
            // SAFETY: the extension's field, passed on.
            inspection.wrap(unsafe { (inner.ctx_Field_Load)(inner.as_ptr(), source, source_field) })
        }
    }

    fn ctx_Global_Store(global: *mut HPyGlobal, h: HPy) {
        general(inspection) {
            let inner = inspection.inner();
            let value = inspection.unwrap(h);
            if !inspection.context.extension().declares(global) {
                let message = "the global is not among those of the module's definition";
                inspection.violation(ViolationKind::GlobalMisused, message);
            }
            // SAFETY: the extension's global, passed on.
            unsafe { (inner.ctx_Global_Store)(inner.as_ptr(), global, value) };
        }
    }

    fn ctx_Global_Load(global: HPyGlobal) -> HPy {
        general(inspection) {
            let inner = inspection.inner();
            if global.is_null() {
                inspection.violation(ViolationKind::GlobalMisused, "the global is NULL");
            }
            // SAFETY: the extension's global, passed on.
            inspection.wrap(unsafe { (inner.ctx_Global_Load)(inner.as_ptr(), global) })
        }
    }
}
