//! Numbers whose value is at hand: in the handle, or in an exact `int` or `float`.

use super::opening::immediate;
use super::{Gate, look};
use crate::abi::*;
use crate::handles::RawHandle;
use crate::runtime::{BinaryOp, CompareOp, Integer, Runtime, UnaryOp};
use std::ffi::c_int;

/// The value of a handle of an `int`, subclasses included, that fits.
#[inline(always)]
pub(super) fn integer<R: Runtime>(gate: &Gate<R>, handle: HPy) -> Option<i64> {
    if let Some(value) = RawHandle::from_bits(handle.0).as_i64() {
        return Some(value);
    }
    match gate.runtime().integer(look(gate, handle)?) {
        Some(Integer::Signed(value)) => Some(value),
        _ => None,
    }
}

/// A plain number.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

#[inline(always)]
pub(super) fn number<R: Runtime>(gate: &Gate<R>, handle: HPy) -> Option<Number> {
    let word = RawHandle::from_bits(handle.0);
    if let Some(value) = word.as_i64() {
        return Some(Number::Int(value));
    }
    if let Some(value) = word.as_f64() {
        return Some(Number::Float(value));
    }
    let (vm, object) = (gate.runtime(), look(gate, handle)?);
    match vm.exact_int(object) {
        Some(value) => Some(Number::Int(value)),
        None => vm.exact_float(object).map(Number::Float),
    }
}

/// Both as doubles, as Python's mixed arithmetic has it, which refuses an `int`
/// that no double can hold: here, any that has to be rounded.
#[inline(always)]
pub(super) fn floats(a: Number, b: Number) -> Option<(f64, f64)> {
    let float = |number| match number {
        Number::Float(value) => Some(value),
        Number::Int(value) => RawHandle::from_i64(value).map(|_| value as f64),
    };
    Some((float(a)?, float(b)?))
}

/// `a op b` for plain numbers whose result is one that a handle can carry.
#[inline(always)]
pub(super) fn binary<R: Runtime>(gate: &Gate<R>, op: BinaryOp, a: HPy, b: HPy) -> Option<HPy> {
    let (a, b) = (number(gate, a)?, number(gate, b)?);
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let value = match op {
            BinaryOp::Add => a.checked_add(b)?,
            BinaryOp::Subtract => a.checked_sub(b)?,
            BinaryOp::Multiply => a.checked_mul(b)?,
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            BinaryOp::Xor => a ^ b,
            _ => return None,
        };
        return immediate(RawHandle::from_i64(value));
    }
    let (a, b) = floats(a, b)?;
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::TrueDivide if b != 0.0 => a / b,
        _ => return None,
    };
    immediate(RawHandle::from_f64(value))
}

#[inline(always)]
pub(super) fn unary<R: Runtime>(gate: &Gate<R>, op: UnaryOp, handle: HPy) -> Option<HPy> {
    immediate(match (op, number(gate, handle)?) {
        (UnaryOp::Negative, Number::Int(value)) => RawHandle::from_i64(value.checked_neg()?),
        (UnaryOp::Absolute, Number::Int(value)) => RawHandle::from_i64(value.checked_abs()?),
        (UnaryOp::Invert, Number::Int(value)) => RawHandle::from_i64(!value),
        (UnaryOp::Negative, Number::Float(value)) => RawHandle::from_f64(-value),
        (UnaryOp::Absolute, Number::Float(value)) => RawHandle::from_f64(value.abs()),
        _ => None,
    })
}

/// `a op b` for plain numbers.
#[inline(always)]
pub(super) fn compare<R: Runtime>(gate: &Gate<R>, a: HPy, b: HPy, op: c_int) -> Option<bool> {
    let ordering = match (number(gate, a)?, number(gate, b)?) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => {
            let (a, b) = floats(a, b)?;
            a.partial_cmp(&b)
        }
    };
    let op = match HPy_RichCmpOp(op) {
        HPy_RichCmpOp::HPy_LT => CompareOp::Lt,
        HPy_RichCmpOp::HPy_LE => CompareOp::Le,
        HPy_RichCmpOp::HPy_EQ => CompareOp::Eq,
        HPy_RichCmpOp::HPy_NE => CompareOp::Ne,
        HPy_RichCmpOp::HPy_GT => CompareOp::Gt,
        HPy_RichCmpOp::HPy_GE => CompareOp::Ge,
        _ => return None,
    };
    // Nothing is ordered beside a NaN, and a NaN may be the object itself, which
    // `RichCompareBool` takes for equal.
    let ordering = ordering?;
    Some(match op {
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
    })
}
