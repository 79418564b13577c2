//! The functions of CPython's API that C calls.

use super::shell::{self, Head};
use crate::host::loader;
use hpy_loader::abi::cpy_PyObject;

/// Keeps what only C calls in the program, one for each of the [exports](super::EXPORTS).
#[used]
static KEPT: [unsafe extern "C" fn(*mut cpy_PyObject); super::EXPORTS.len()] = [_Py_Dealloc];

/// What `Py_DECREF` calls, which counts by itself, when it has counted down to 0.
///
/// # Safety
///
/// C has given its last reference away.
#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_Dealloc(object: *mut cpy_PyObject) {
    if let Some(head) = Head::new(object) {
        // SAFETY: passed on to the caller.
        let last = unsafe { shell::end_references(head) };
        last.into_iter()
            .for_each(|last| loader().drop_unlocked(last));
    }
}
