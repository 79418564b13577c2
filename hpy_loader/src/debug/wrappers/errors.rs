//! Whether an error is pending: C asks after every other call.

use super::plain::inspected;
use super::*;

shortcuts! {
    fn ctx_Err_Occurred(turn, _entered) -> c_int {
        Some(turn.debug.is_error_pending().into())
    }
}

entries! {
    via shortcut;
    fn ctx_Err_Occurred() -> c_int;
}
