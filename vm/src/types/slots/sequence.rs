//! Items, concatenation, repetition, containment.

use super::{function, raise};
use crate::types::info::TypeInfo;
use hpy_loader::abi::{HPyFunc_binaryfunc, HPyFunc_ssizeargfunc, Slots};
use rustpython_vm::protocol::PySequence;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

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

pub(super) fn length(sequence: PySequence<'_>, vm: &VirtualMachine) -> PyResult<usize> {
    let (function, info) = function(sequence.obj, |slots| slots.sq_length, vm)?;
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_length(function, sequence.obj.to_owned()) },
        vm,
    )
}

fn binary(
    sequence: PySequence<'_>,
    other: &PyObject,
    slot: impl Fn(&Slots) -> Option<HPyFunc_binaryfunc>,
    vm: &VirtualMachine,
) -> PyResult {
    let (function, info) = function(sequence.obj, slot, vm)?;
    let (object, other) = (sequence.obj.to_owned(), other.to_owned());
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_binary(function, object, other) },
        vm,
    )
}

pub(super) fn concat(sequence: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    binary(sequence, other, |slots| slots.sq_concat, vm)
}

pub(super) fn inplace_concat(
    sequence: PySequence<'_>,
    other: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    binary(sequence, other, |slots| slots.sq_inplace_concat, vm)
}

fn counted(
    (function, info): (HPyFunc_ssizeargfunc, &'static TypeInfo),
    object: &PyObject,
    number: isize,
    vm: &VirtualMachine,
) -> PyResult {
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe {
            info.loader
                .call_ssizearg(function, object.to_owned(), number)
        },
        vm,
    )
}

pub(super) fn repeat(sequence: PySequence<'_>, count: isize, vm: &VirtualMachine) -> PyResult {
    let function = function(sequence.obj, |slots| slots.sq_repeat, vm)?;
    counted(function, sequence.obj, count, vm)
}

pub(super) fn inplace_repeat(
    sequence: PySequence<'_>,
    count: isize,
    vm: &VirtualMachine,
) -> PyResult {
    let function = function(sequence.obj, |slots| slots.sq_inplace_repeat, vm)?;
    counted(function, sequence.obj, count, vm)
}

pub(super) fn item(sequence: PySequence<'_>, index: isize, vm: &VirtualMachine) -> PyResult {
    let index = from_the_front(sequence.obj, index, vm)?;
    let function = function(sequence.obj, |slots| slots.sq_item, vm)?;
    counted(function, sequence.obj, index, vm)
}

pub(super) fn ass_item(
    sequence: PySequence<'_>,
    index: isize,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let index = from_the_front(sequence.obj, index, vm)?;
    let (function, info) = function(sequence.obj, |slots| slots.sq_ass_item, vm)?;
    let object = sequence.obj.to_owned();
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_ssizeobjarg(function, object, index, value) },
        vm,
    )
}

pub(super) fn contains(
    sequence: PySequence<'_>,
    key: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let (function, info) = function(sequence.obj, |slots| slots.sq_contains, vm)?;
    let (object, key) = (sequence.obj.to_owned(), key.to_owned());
    // SAFETY: the function fills a slot of this signature.
    raise(
        unsafe { info.loader.call_objobj(function, object, key) },
        vm,
    )
}
