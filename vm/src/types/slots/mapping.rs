//! Subscripts and lengths of mappings.

use super::{function, raise};
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

pub(super) fn length(mapping: PyMapping<'_>, vm: &VirtualMachine) -> PyResult<usize> {
    let (function, info) = function(mapping.obj, |slots| slots.mp_length, vm)?;
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_length(function, mapping.obj.to_owned()) },
        vm,
    )
}

pub(super) fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (function, info) = function(mapping.obj, |slots| slots.mp_subscript, vm)?;
    let (object, key) = (mapping.obj.to_owned(), key.to_owned());
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_binary(function, object, key) },
        vm,
    )
}

pub(super) fn ass_subscript(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let (function, info) = function(mapping.obj, |slots| slots.mp_ass_subscript, vm)?;
    let (object, key) = (mapping.obj.to_owned(), key.to_owned());
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_objobjarg(function, object, key, value) },
        vm,
    )
}
