//! What a context function returns when it fails.

use crate::abi::*;
use std::ffi::{c_char, c_int, c_void};

/// A result type of the ABI.
pub trait CResult {
    /// What C gets when the function fails.
    const FAILURE: Self;
}

macro_rules! c_results {
    ($($type:ty = $failure:expr;)*) => {
        $(impl CResult for $type {
            const FAILURE: Self = $failure;
        })*
    };
}

c_results! {
    () = ();
    HPy = HPy::NULL;
    HPyListBuilder = HPyListBuilder::NULL;
    HPyTupleBuilder = HPyTupleBuilder::NULL;
    HPyTracker = HPyTracker::NULL;
    HPyThreadState = HPyThreadState::NULL;
    HPyType_BuiltinShape = HPyType_BuiltinShape(-2);
    c_int = -1;
    u32 = u32::MAX;
    i64 = -1;
    u64 = u64::MAX;
    isize = -1;
    usize = usize::MAX;
    f64 = -1.0;
    *mut c_void = std::ptr::null_mut();
    *const c_char = std::ptr::null();
    *mut cpy_PyObject = std::ptr::null_mut();
}
