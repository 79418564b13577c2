//! Items.
//!
//! `object[key]` asks a mapping's slot first. RustPython makes an exception, with
//! its text, before it goes on to the sequence's slot, which is slow. A type with
//! items but no subscripts therefore gets a function in the mapping's slot that
//! does what CPython does there: it reads the key as an index. One with neither
//! gets a function that refuses in CPython's words.

use super::{call_slot, function};
use crate::types::info::type_name;
use num_traits::ToPrimitive;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::protocol::{PyMapping, PySequence};
use rustpython_vm::types::PyTypeSlots;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The index that a slot gets: one from the end is counted from the front if the
/// type tells its length, as in `PySequence_GetItem`. RustPython leaves this to
/// its slots.
fn from_the_front(object: &PyObject, index: isize, vm: &VirtualMachine) -> PyResult<isize> {
    if index >= 0 {
        return Ok(index);
    }
    match object.sequence_unchecked().length_opt(vm) {
        Some(length) => Ok(index + length?.cast_signed()),
        None => Ok(index),
    }
}

pub fn sq_item(sequence: PySequence<'_>, index: isize, vm: &VirtualMachine) -> PyResult {
    let index = from_the_front(sequence.obj, index, vm)?;
    let function = function(sequence.obj, |slots| slots.sq_item, vm)?;
    call_slot(function, (sequence.obj.to_owned(), index), vm)
}

pub fn sq_ass_item(
    sequence: PySequence<'_>,
    index: isize,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let index = from_the_front(sequence.obj, index, vm)?;
    let function = function(sequence.obj, |slots| slots.sq_ass_item, vm)?;
    call_slot(function, (sequence.obj.to_owned(), index, value), vm)
}

/// The key of `object[key]` for a type that takes indices only.
fn index(key: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let Some(index) = key.try_index_opt(vm) else {
        let name = type_name(key.class());
        let message = format!("sequence index must be integer, not '{name}'");
        return Err(vm.new_type_error(message));
    };
    index?.as_bigint().to_isize().ok_or_else(|| {
        let name = type_name(key.class());
        vm.new_index_error(format!("cannot fit '{name}' into an index-sized integer"))
    })
}

fn subscript(sequence: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    sq_item(sequence.obj.sequence_unchecked(), index(key, vm)?, vm)
}

fn ass_subscript(
    sequence: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    sq_ass_item(
        sequence.obj.sequence_unchecked(),
        index(key, vm)?,
        value,
        vm,
    )
}

/// The error for setting or deleting an item of an object that takes neither, as
/// `PyObject_SetItem` and `PyObject_DelItem` have it: they read an index first and
/// complain about the rest then.
pub fn refused_item(
    object: &PyObject,
    key: &PyObject,
    is_assignment: bool,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let class = object.class();
    // Every class made at run time is a sequence to them.
    let is_sequence = class.slots().as_sequence.has_any() || class.heaptype_ext().is_some();
    let is_index = is_sequence && key.class().slots().as_number.index.load().is_some();
    if is_index && let Err(error) = index(key, vm) {
        return error;
    }
    let refused = match (is_assignment, is_index) {
        (true, _) => "does not support item assignment",
        (false, true) => "doesn't support item deletion",
        (false, false) => "does not support item deletion",
    };
    let name = type_name(class);
    vm.new_type_error(format!("'{name}' object {refused}"))
}

fn refuse(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    Err(refused_item(mapping.obj, key, value.is_some(), vm))
}

/// Whether a slot holds one of the functions above, which nobody inherits: what a
/// type gets follows from the slots that it inherits.
pub(super) fn is_stand_in(function: *const ()) -> bool {
    function == subscript as *const ()
        || function == ass_subscript as *const ()
        || function == refuse as *const ()
}

/// Fills the slots of a mapping for a type that has only those of a sequence, or
/// none.
pub(super) fn stand_in_for_mapping(slots: &PyTypeSlots) {
    let (sequence, mapping) = (&slots.as_sequence, &slots.as_mapping);
    let item = sequence.item.load();
    let is_ours = item.is_some_and(|item| item as *const () == sq_item as *const ());
    if mapping.subscript.load().is_none() && is_ours {
        mapping.subscript.store(Some(subscript));
    }
    let current = mapping.ass_subscript.load();
    if current.is_none_or(|function| is_stand_in(function as *const ())) {
        mapping.ass_subscript.store(match sequence.ass_item.load() {
            Some(item) if item as *const () == sq_ass_item as *const () => Some(ass_subscript),
            Some(_) => None,
            None => Some(refuse),
        });
    }
}
