//! Subscripts and lengths of mappings.

use super::{call_slot, function};
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

pub(super) fn length(mapping: PyMapping<'_>, vm: &VirtualMachine) -> PyResult<usize> {
    let function = function(mapping.obj, |slots| slots.mp_length, vm)?;
    call_slot(function, (mapping.obj.to_owned(),), vm).map(isize::cast_unsigned)
}

pub(super) fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let function = function(mapping.obj, |slots| slots.mp_subscript, vm)?;
    call_slot(function, (mapping.obj.to_owned(), key.to_owned()), vm)
}

pub(super) fn ass_subscript(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let function = function(mapping.obj, |slots| slots.mp_ass_subscript, vm)?;
    call_slot(
        function,
        (mapping.obj.to_owned(), key.to_owned(), value),
        vm,
    )
}
