//! Operators with two or three operands.
//!
//! RustPython asks the left operand's slot, then the right one's if it is another
//! function. Between two types of extensions it always is the same function, so
//! that function has to do what CPython does with two different ones: ask the
//! left operand's C function, then the right one's, but the right one first if it
//! belongs to a subclass.

use super::{call_slot, function};
use crate::types::c_function::Operator;
use crate::types::info::TypeInfo;
use hpy_loader::abi::{HPyFunc_binaryfunc, HPyFunc_ternaryfunc, Slots};
use rustpython_vm::builtins::PyType;
use rustpython_vm::protocol::{PyNumberBinaryFunc, PyNumberTernaryFunc};
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};
use std::ptr::fn_addr_eq;

/// The C function that an operand brings, if its slot leads here.
///
/// It may not: then RustPython came here for another operand, and asks this one
/// by itself.
#[inline]
fn operator<F>(
    operand: &PyObject,
    leads_here: bool,
    slot: impl Fn(&Slots) -> Option<F>,
) -> Option<Operator<F>> {
    leads_here
        .then(|| TypeInfo::function(operand, slot))
        .flatten()
}

/// `a op b`, where the slot of `a` may lead here and `right_leads_here` looks into that
/// of `b`.
#[inline]
fn binary(
    a: &PyObject,
    b: &PyObject,
    left_leads_here: bool,
    right_leads_here: impl FnOnce() -> bool,
    slot: impl Fn(&Slots) -> Option<HPyFunc_binaryfunc>,
    vm: &VirtualMachine,
) -> PyResult {
    let first = operator(a, left_leads_here, &slot);
    if a.class().is(b.class()) {
        return attempt(first, a, b, vm);
    }
    let second = operator(b, right_leads_here(), &slot);
    let (Some(left), Some(right)) = (first, second) else {
        return attempt(first.or(second), a, b, vm);
    };
    if left.0 == right.0 {
        return attempt(first, a, b, vm);
    }
    let order = match is_subtype(b, a) {
        true => [right, left],
        false => [left, right],
    };
    let result = attempt(Some(order[0]), a, b, vm)?;
    if !result.is(&vm.ctx.not_implemented) {
        return Ok(result);
    }
    attempt(Some(order[1]), a, b, vm)
}

fn is_subtype(object: &PyObject, other: &PyObject) -> bool {
    let other: &Py<PyType> = other.class();
    object.class().fast_issubclass(other.as_object())
}

#[inline]
fn attempt(
    operator: Option<Operator<HPyFunc_binaryfunc>>,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    match operator {
        Some(operator) => call_slot(operator, (a.to_owned(), b.to_owned()), vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

macro_rules! binary_operators {
    ($($slot:ident: $left:ident, $right:ident;)*) => { $(
        pub fn $slot(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            let is_this = |slot| fn_addr_eq(slot, $slot as PyNumberBinaryFunc);
            let left = a.class().slots().as_number.$left.load().is_some_and(is_this);
            let right = || b.class().slots().as_number.$right.load().is_some_and(is_this);
            binary(a, b, left, right, |slots| slots.$slot, vm)
        }
    )* };
}

binary_operators! {
    nb_add: add, right_add;
    nb_and: and, right_and;
    nb_divmod: divmod, right_divmod;
    nb_floor_divide: floor_divide, right_floor_divide;
    nb_lshift: lshift, right_lshift;
    nb_matrix_multiply: matrix_multiply, right_matrix_multiply;
    nb_multiply: multiply, right_multiply;
    nb_or: or, right_or;
    nb_remainder: remainder, right_remainder;
    nb_rshift: rshift, right_rshift;
    nb_subtract: subtract, right_subtract;
    nb_true_divide: true_divide, right_true_divide;
    nb_xor: xor, right_xor;
}

macro_rules! in_place_operators {
    ($($slot:ident)*) => { $(
        pub fn $slot(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            attempt(Some(function(a, |slots| slots.$slot, vm)?), a, b, vm)
        }
    )* };
}

in_place_operators! {
    nb_inplace_add nb_inplace_subtract nb_inplace_multiply nb_inplace_matrix_multiply
    nb_inplace_true_divide nb_inplace_floor_divide nb_inplace_remainder
    nb_inplace_lshift nb_inplace_rshift nb_inplace_and nb_inplace_or nb_inplace_xor
}

/// `pow(a, b, c)`; all three may bring a function.
pub fn nb_power(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    let is_this = |slot| fn_addr_eq(slot, nb_power as PyNumberTernaryFunc);
    let slot = |slots: &Slots| slots.nb_power;
    let left = |operand: &PyObject| {
        let slot = operand.class().slots().as_number.power.load();
        slot.is_some_and(is_this)
    };
    let right = b.class().slots().as_number.right_power.load();
    let right = right.is_some_and(is_this);
    let mut order = [
        operator(a, left(a), slot),
        operator(b, right, slot),
        operator(c, left(c), slot),
    ];
    if !a.class().is(b.class()) && is_subtype(b, a) {
        order.swap(0, 1);
    }
    let mut asked: Vec<HPyFunc_ternaryfunc> = Vec::new();
    for (function, loader) in order.into_iter().flatten() {
        if asked.contains(&function) {
            continue;
        }
        asked.push(function);
        let result = ternary((function, loader), [a, b, c], vm)?;
        if !result.is(&vm.ctx.not_implemented) {
            return Ok(result);
        }
    }
    Ok(vm.ctx.not_implemented())
}

pub fn nb_inplace_power(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    let operator = function(a, |slots| slots.nb_inplace_power, vm)?;
    ternary(operator, [a, b, c], vm)
}

fn ternary(
    operator: Operator<HPyFunc_ternaryfunc>,
    operands: [&PyObject; 3],
    vm: &VirtualMachine,
) -> PyResult {
    let [a, b, c] = operands.map(PyObject::to_owned);
    call_slot(operator, (a, b, c), vm)
}
