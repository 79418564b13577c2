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
