//! References in memory of C: fields of native structs, global variables.

use super::super::native_types::StructRange;
use super::*;

/// Checks that a field lies in the struct of an object: `is_in` is asked with
/// where that is.
fn check(
    inspection: &Inspection,
    object: HPy,
    handle: HPy,
    is_in: impl FnOnce(StructRange) -> bool,
) {
    let Some(record) = inspection.debug().records.look_open(handle) else {
        // That has been reported.
        return;
    };
    let types = &inspection.debug().native_types;
    let detail = match types.find(inspection.inner(), object) {
        None => "the object has no struct of this extension",
        Some(range) if !is_in(range) => "the field is not in the object's struct",
        Some(range) => return types.remember(record, range),
    };
    inspection.violation(ViolationKind::FieldMisused, detail);
}

wrappers! {
    fn ctx_Field_Store(target_object: HPy, target_field: *mut HPyField, h: HPy) {
        fast(context, call_site) {
            let (target, value) = (context.unwrap(target_object)?, context.unwrap(h)?);
            let record = context.debug.records.look(target_object)?;
            if !context.debug.native_types.recent(record)?.contains(target_field) {
                return None;
            }
            let inner = context.inner;
            // SAFETY: the extension's field, passed on.
            let store = || unsafe {
                (inner.ctx_Field_Store)(inner.as_ptr(), target, target_field, value)
            };
            noted(context, call_site, effects::ctx_Field_Store, store)
        }
        general(inspection) {
            let inner = inspection.inner();
            let target = inspection.unwrap(target_object);
            let value = inspection.unwrap(h);
            check(inspection, target, target_object, |range| range.contains(target_field));
            // SAFETY: the extension's field, passed on.
            unsafe { (inner.ctx_Field_Store)(inner.as_ptr(), target, target_field, value) };
        }
    }

    fn ctx_Field_Load(source_object: HPy, source_field: HPyField) -> HPy {
        fast(context, call_site) {
            let source = context.unwrap(source_object)?;
            let record = context.debug.records.look(source_object)?;
            let range = context.debug.native_types.recent(record)?;
            // SAFETY: the object has an open handle.
            if source_field.is_null() || !unsafe { range.has(source_field) } {
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
            } else {
                // It comes by value, which some word of the struct must have.
                // SAFETY: the object has an open handle, or nothing is asked.
                let has_it = |range: StructRange| unsafe { range.has(source_field) };
                check(inspection, source, source_object, has_it);
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
