//! References in memory of C: fields of native structs, global variables.

use super::super::violation::Kind;
use super::*;

rows! {
    fn ctx_Field_Load(inspection, source_object: HPy, source_field: HPyField) -> HPy {
        let inner = inspection.inner();
        let source = inspection.unwrap(source_object);
        if source_field.is_null() {
            inspection.violation(Kind::FieldMisused, "the field is NULL");
        }
        // SAFETY: the extension's field, passed on.
        inspection.wrap(unsafe { ((*inner).ctx_Field_Load)(inner, source, source_field) })
    }

    fn ctx_Global_Store(inspection, global: *mut HPyGlobal, h: HPy) {
        let inner = inspection.inner();
        let value = inspection.unwrap(h);
        if !inspection.declares(global) {
            let message = "the global is not among those of the module's definition";
            inspection.violation(Kind::GlobalMisused, message);
        }
        // SAFETY: the extension's global, passed on.
        unsafe { ((*inner).ctx_Global_Store)(inner, global, value) };
    }

    fn ctx_Global_Load(inspection, global: HPyGlobal) -> HPy {
        let inner = inspection.inner();
        if global.is_null() {
            inspection.violation(Kind::GlobalMisused, "the global is NULL");
        }
        // SAFETY: the extension's global, passed on.
        inspection.wrap(unsafe { ((*inner).ctx_Global_Load)(inner, global) })
    }
}
