//! Whether an error is pending: C asks after every other call. And the error with which C
//! ends the process.

use super::*;
use std::ffi::CStr;

wrappers! {
    fn ctx_Err_Occurred() -> c_int {
        fast(context, _call_site) {
            Some(context.debug.is_error_pending().into())
        }
    }

    fn ctx_Err_SetString(h_type: HPy, utf8_message: *const c_char) {
        general(inspection) {
            let inner = inspection.inner();
            let class = inspection.unwrap(h_type);
            let message = Passed::pass(utf8_message, inspection);
            // SAFETY: the extension's arguments, passed on.
            unsafe { (inner.ctx_Err_SetString)(inner.as_ptr(), class, message) };
            inspection.context.error_set.set(inspection.site());
        }
    }

    fn ctx_FatalError(message: *const c_char) {
        general(inspection) {
            let message = match message.is_null() {
                true => c"no message",
                // SAFETY: the extension passes null or a C string.
                false => unsafe { CStr::from_ptr(message) },
            };
            inspection.end_saying(ViolationKind::FatalError, &message.to_string_lossy())
        }
    }
}
