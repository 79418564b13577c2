//! Operators and conversions.
//!
//! RustPython asks the left operand's slot, then the right one's if it is another
//! function. Between two types of extensions it always is the same function, so
//! that function has to do what CPython does with two different ones: ask the
//! left operand's C function, then the right one's, but the right one first if it
//! belongs to a subclass.

use super::{call_slot, function};
use crate::types::info::TypeInfo;
use hpy_loader::abi::{HPyFunc_binaryfunc, HPyFunc_ternaryfunc, HPyFunc_unaryfunc, Slots};
use rustpython_vm::builtins::PyType;
use rustpython_vm::protocol::{PyNumber, PyNumberBinaryFunc, PyNumberSlots, PyNumberTernaryFunc};
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};
use std::ptr::fn_addr_eq;

/// A C function and the type whose loader calls it.
type Operator<F> = (F, &'static TypeInfo);

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

/// What one operator is made of.
struct Binary<L, R, S> {
    this: PyNumberBinaryFunc,
    left: L,
    right: R,
    slot: S,
}

impl<L, R, S> Binary<L, R, S>
where
    L: Fn(&PyNumberSlots) -> Option<PyNumberBinaryFunc>,
    R: Fn(&PyNumberSlots) -> Option<PyNumberBinaryFunc>,
    S: Fn(&Slots) -> Option<HPyFunc_binaryfunc>,
{
    #[inline]
    fn apply(self, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
        let leads_here =
            |slot: Option<PyNumberBinaryFunc>| slot.is_some_and(|slot| fn_addr_eq(slot, self.this));
        let first = leads_here((self.left)(&a.class().slots().as_number));
        let first = operator(a, first, &self.slot);
        if a.class().is(b.class()) {
            return attempt(first, a, b, vm);
        }
        let second = leads_here((self.right)(&b.class().slots().as_number));
        let second = operator(b, second, &self.slot);
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
    ($($name:ident $right:ident: $slot:ident;)*) => { $(
        pub(super) fn $name(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            let operator = Binary {
                this: $name,
                left: |slots: &PyNumberSlots| slots.$name.load(),
                right: |slots: &PyNumberSlots| slots.$right.load(),
                slot: |slots: &Slots| slots.$slot,
            };
            operator.apply(a, b, vm)
        }
    )* };
}

binary_operators! {
    add right_add: nb_add;
    and right_and: nb_and;
    divmod right_divmod: nb_divmod;
    floor_divide right_floor_divide: nb_floor_divide;
    lshift right_lshift: nb_lshift;
    matrix_multiply right_matrix_multiply: nb_matrix_multiply;
    multiply right_multiply: nb_multiply;
    or right_or: nb_or;
    remainder right_remainder: nb_remainder;
    rshift right_rshift: nb_rshift;
    subtract right_subtract: nb_subtract;
    true_divide right_true_divide: nb_true_divide;
    xor right_xor: nb_xor;
}

macro_rules! in_place_operators {
    ($($name:ident: $slot:ident;)*) => { $(
        pub(super) fn $name(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            attempt(Some(function(a, |slots| slots.$slot, vm)?), a, b, vm)
        }
    )* };
}

in_place_operators! {
    inplace_add: nb_inplace_add;
    inplace_and: nb_inplace_and;
    inplace_floor_divide: nb_inplace_floor_divide;
    inplace_lshift: nb_inplace_lshift;
    inplace_matrix_multiply: nb_inplace_matrix_multiply;
    inplace_multiply: nb_inplace_multiply;
    inplace_or: nb_inplace_or;
    inplace_remainder: nb_inplace_remainder;
    inplace_rshift: nb_inplace_rshift;
    inplace_subtract: nb_inplace_subtract;
    inplace_true_divide: nb_inplace_true_divide;
    inplace_xor: nb_inplace_xor;
}

/// `pow(a, b, c)`; all three may bring a function.
pub(super) fn power(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    let leads_here = |slot: Option<PyNumberTernaryFunc>| {
        slot.is_some_and(|slot| fn_addr_eq(slot, power as PyNumberTernaryFunc))
    };
    let slot = |slots: &Slots| slots.nb_power;
    let left = |operand: &PyObject| leads_here(operand.class().slots().as_number.power.load());
    let right = leads_here(b.class().slots().as_number.right_power.load());
    let mut order = [
        operator(a, left(a), slot),
        operator(b, right, slot),
        operator(c, left(c), slot),
    ];
    if !a.class().is(b.class()) && is_subtype(b, a) {
        order.swap(0, 1);
    }
    let mut asked: Vec<HPyFunc_ternaryfunc> = Vec::new();
    for (function, info) in order.into_iter().flatten() {
        if asked.contains(&function) {
            continue;
        }
        asked.push(function);
        let result = ternary((function, info), [a, b, c], vm)?;
        if !result.is(&vm.ctx.not_implemented) {
            return Ok(result);
        }
    }
    Ok(vm.ctx.not_implemented())
}

pub(super) fn inplace_power(
    a: &PyObject,
    b: &PyObject,
    c: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
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

#[inline]
fn unary(
    operand: PyNumber<'_>,
    slot: impl Fn(&Slots) -> Option<HPyFunc_unaryfunc>,
    vm: &VirtualMachine,
) -> PyResult {
    let function = function(operand.obj, slot, vm)?;
    call_slot(function, (operand.obj.to_owned(),), vm)
}

macro_rules! unary_operators {
    ($($name:ident: $slot:ident;)*) => { $(
        pub(super) fn $name(operand: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
            unary(operand, |slots| slots.$slot, vm)
        }
    )* };
}

unary_operators! {
    absolute: nb_absolute;
    float: nb_float;
    index: nb_index;
    int: nb_int;
    invert: nb_invert;
    negative: nb_negative;
    positive: nb_positive;
}

pub(super) fn boolean(operand: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    let function = function(operand.obj, |slots| slots.nb_bool, vm)?;
    call_slot(function, (operand.obj.to_owned(),), vm)
}
