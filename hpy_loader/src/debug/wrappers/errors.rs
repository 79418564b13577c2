//! Whether an error is pending: C asks after every other call.

use super::*;

wrappers! {
    fn ctx_Err_Occurred() -> c_int {
        fast(context, _call_site) {
            Some(context.debug.is_error_pending().into())
        }
    }
}
