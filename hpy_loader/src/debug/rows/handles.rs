//! Closing handles.

use super::*;

rows! {
    fn ctx_Close(inspection, h: HPy) {
        inspection.close(h);
    }

    fn ctx_ContextVar_Get(
        inspection,
        context_var: HPy,
        default_value: HPy,
        result: *mut HPy,
    ) -> int32_t {
        let inner = inspection.inner();
        let (context_var, default) = (inspection.unwrap(context_var), inspection.unwrap(default_value));
        let mut value = HPy::NULL;
        // SAFETY: handles of the wrapped context, and a place for the result.
        unsafe {
            let status = ((*inner).ctx_ContextVar_Get)(inner, context_var, default, &raw mut value);
            // The extension gives room for the result.
            *result = inspection.wrap(value);
            status
        }
    }
}
