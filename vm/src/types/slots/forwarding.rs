//! Functions that hand the object and their arguments on to the C function of the same
//! name, just as they are.

use super::{call_slot, function};
use rustpython_vm::protocol::{PyMapping, PyNumber, PySequence};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

macro_rules! forwarding {
    ($($slot:ident($this:ident: $of:ty $(, $arg:ident: $type:ty)*) -> $result:ty = $args:expr;)*) => { $(
        pub fn $slot($this: $of $(, $arg: $type)*, vm: &VirtualMachine) -> PyResult<$result> {
            let function = function($this.obj, |slots| slots.$slot, vm)?;
            call_slot(function, $args, vm)
        }
    )* };
}

forwarding! {
    nb_absolute(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_bool(number: PyNumber<'_>) -> bool = (number.obj.to_owned(),);
    nb_float(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_index(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_int(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_invert(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_negative(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    nb_positive(number: PyNumber<'_>) -> PyObjectRef = (number.obj.to_owned(),);
    mp_length(mapping: PyMapping<'_>) -> usize = (mapping.obj.to_owned(),);
    mp_subscript(mapping: PyMapping<'_>, key: &PyObject) -> PyObjectRef
        = (mapping.obj.to_owned(), key.to_owned());
    mp_ass_subscript(mapping: PyMapping<'_>, key: &PyObject, value: Option<PyObjectRef>) -> ()
        = (mapping.obj.to_owned(), key.to_owned(), value);
    sq_length(sequence: PySequence<'_>) -> usize = (sequence.obj.to_owned(),);
    sq_concat(sequence: PySequence<'_>, other: &PyObject) -> PyObjectRef
        = (sequence.obj.to_owned(), other.to_owned());
    sq_repeat(sequence: PySequence<'_>, count: isize) -> PyObjectRef
        = (sequence.obj.to_owned(), count);
    sq_contains(sequence: PySequence<'_>, key: &PyObject) -> bool
        = (sequence.obj.to_owned(), key.to_owned());
    sq_inplace_concat(sequence: PySequence<'_>, other: &PyObject) -> PyObjectRef
        = (sequence.obj.to_owned(), other.to_owned());
    sq_inplace_repeat(sequence: PySequence<'_>, count: isize) -> PyObjectRef
        = (sequence.obj.to_owned(), count);
}
