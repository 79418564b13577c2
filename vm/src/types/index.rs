//! Indices as slots get them.

use rustpython_vm::{PyObject, PyResult, VirtualMachine};

/// The index that a slot gets: one from the end is counted from the front if the
/// type tells its length, as in `PySequence_GetItem`. RustPython leaves this to
/// its slots.
pub fn from_the_front(object: &PyObject, index: isize, vm: &VirtualMachine) -> PyResult<isize> {
    if index >= 0 {
        return Ok(index);
    }
    match object.sequence_unchecked().length_opt(vm) {
        Some(length) => Ok(index + length?.cast_signed()),
        None => Ok(index),
    }
}
