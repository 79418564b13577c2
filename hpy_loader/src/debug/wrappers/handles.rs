//! Closing handles, and a handle that comes back through a pointer.

use super::*;
use crate::handles::RawHandle;

wrappers! {
    fn ctx_Close(h: HPy) {
        fast(context, call_site) {
            let debug = context.debug;
            let site = context.site(call_site)?;
            let record = debug.records.look(h)?;
            let inner = record.inner.get();
            // Nothing is behind it then.
            let is_immediate = RawHandle::from_bits(inner.0).is_immediate();
            let is_plain = record.is_plainly_owned_by(context.number)
                && (is_immediate || !context.awaits_stack())
                && !debug.goes_on();
            if !is_plain {
                return None;
            }
            let oldest = debug.records.room()?;
            debug.records.close_plain(record, site, oldest);
            if !is_immediate {
                let _guard = ReentryGuard::new(context);
                context.inner.ctx_Close(inner);
            }
            Some(())
        }
        general(inspection) {
            inspection.close(h);
        }
    }

    fn ctx_ContextVar_Get(context_var: HPy, default_value: HPy, result: *mut HPy) -> int32_t {
        general(inspection) {
            let inner = inspection.inner();
            let variable = inspection.unwrap(context_var);
            let default = inspection.unwrap(default_value);
            let mut value = HPy::NULL;
            let place = match result.is_null() {
                true => result,
                false => &raw mut value,
            };
            // SAFETY: handles of the wrapped context, and a place for the result, or NULL,
            // which it refuses.
            let status =
                unsafe { (inner.ctx_ContextVar_Get)(inner.as_ptr(), variable, default, place) };
            if !result.is_null() {
                // SAFETY: the extension gives room for the result.
                unsafe { result.write(inspection.wrap(value)) };
            }
            status
        }
    }
}
