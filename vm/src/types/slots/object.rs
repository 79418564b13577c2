//! What every object can do.

use super::{call_slot, function};
use crate::functions::keyword_dict;
use crate::types::info::type_name;
use hpy_loader::abi::{HPyFunc_unaryfunc, Slots};
use hpy_loader::runtime::CompareOp;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

fn text(
    object: &PyObject,
    slot: impl Fn(&Slots) -> Option<HPyFunc_unaryfunc>,
    name: &str,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyStr>> {
    let text = call_slot(function(object, slot, vm)?, (object.to_owned(),), vm)?;
    text.downcast().map_err(|other| {
        let other = type_name(other.class());
        vm.new_type_error(format!("{name} returned non-string (type {other})"))
    })
}

pub fn tp_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    text(object, |slots| slots.tp_repr, "__repr__", vm)
}

pub fn tp_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    text(object, |slots| slots.tp_str, "__str__", vm)
}

pub fn tp_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let function = function(object, |slots| slots.tp_hash, vm)?;
    match call_slot(function, (object.to_owned(),), vm)? {
        // The attribute `__hash__` may return this, `hash()` may not.
        -1 => Err(vm.new_system_error("error return without exception set")),
        hash => Ok(hash as PyHash),
    }
}

/// An operator as the loader names it.
fn compare_op(op: PyComparisonOp) -> CompareOp {
    match op {
        PyComparisonOp::Lt => CompareOp::Lt,
        PyComparisonOp::Le => CompareOp::Le,
        PyComparisonOp::Eq => CompareOp::Eq,
        PyComparisonOp::Ne => CompareOp::Ne,
        PyComparisonOp::Gt => CompareOp::Gt,
        PyComparisonOp::Ge => CompareOp::Ge,
    }
}

pub fn tp_richcompare(
    object: &PyObject,
    other: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let function = function(object, |slots| slots.tp_richcompare, vm)?;
    let args = (object.to_owned(), other.to_owned(), compare_op(op));
    call_slot(function, args, vm).map(Either::A)
}

pub fn tp_init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let function = function(object, |slots| slots.tp_init, vm)?;
    let keywords = keyword_dict(args.kwargs, vm)?;
    call_slot(function, (object.to_owned(), args.args, keywords), vm)
}

pub fn tp_finalize(object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let function = function(object, |slots| slots.tp_finalize, vm)?;
    call_slot(function, (object.to_owned(),), vm)
}

pub fn tp_descr_get(
    descriptor: &PyObject,
    instance: Option<&PyObject>,
    owner: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult {
    let function = function(descriptor, |slots| slots.tp_descr_get, vm)?;
    let present = |object: Option<&PyObject>| {
        let object = object.filter(|object| !vm.is_none(object));
        object.map(PyObject::to_owned)
    };
    let args = (descriptor.to_owned(), present(instance), present(owner));
    call_slot(function, args, vm)
}
