//! `float`, `bool` and the operators.

use super::prelude::*;
use crate::runtime::{BinaryOp, CompareOp, UnaryOp};

/// The value of a plain number that is at hand: in the handle, or in an exact `int` or
/// `float`.
#[derive(Clone, Copy)]
pub(super) enum PlainNumber {
    Int(i64),
    Float(f64),
}

impl PlainNumber {
    #[inline(always)]
    fn of<R: Runtime>(call: FastCall<R>, handle: HPy) -> Option<Self> {
        let word = RawHandle::from(handle);
        if let Some(value) = word.as_i64() {
            return Some(Self::Int(value));
        }
        if let Some(value) = word.as_f64() {
            return Some(Self::Float(value));
        }
        let (vm, object) = (call.runtime(), call.peek(handle)?);
        match vm.exact_int(object) {
            Some(value) => Some(Self::Int(value)),
            None => vm.exact_float(object).map(Self::Float),
        }
    }

    /// The value as a double, as Python's mixed arithmetic has it, which refuses an
    /// `int` that no double can hold: here, any that has to be rounded.
    #[inline(always)]
    fn as_float(self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(value),
            Self::Int(value) => RawHandle::from_i64(value).map(|_| value as f64),
        }
    }
}

/// `a op b` for plain numbers whose result is a number that a handle can carry.
#[inline(always)]
fn fast_binary<R: Runtime>(call: FastCall<R>, op: BinaryOp, a: HPy, b: HPy) -> Option<HPy> {
    use BinaryOp::{Add, And, Multiply, Or, Subtract, TrueDivide, Xor};
    if !matches!(op, Add | Subtract | Multiply | TrueDivide | And | Or | Xor) {
        return None;
    }
    let (a, b) = (PlainNumber::of(call, a)?, PlainNumber::of(call, b)?);
    if let (PlainNumber::Int(a), PlainNumber::Int(b)) = (a, b) {
        let value = match op {
            Add => a.checked_add(b)?,
            Subtract => a.checked_sub(b)?,
            Multiply => a.checked_mul(b)?,
            And => a & b,
            Or => a | b,
            Xor => a ^ b,
            _ => return None,
        };
        return RawHandle::from_i64(value).map(HPy::from);
    }
    let (a, b) = (a.as_float()?, b.as_float()?);
    let value = match op {
        Add => a + b,
        Subtract => a - b,
        Multiply => a * b,
        TrueDivide if b != 0.0 => a / b,
        _ => return None,
    };
    RawHandle::from_f64(value).map(HPy::from)
}

#[inline(always)]
fn fast_unary<R: Runtime>(call: FastCall<R>, op: UnaryOp, handle: HPy) -> Option<HPy> {
    use UnaryOp::{Absolute, Invert, Negative};
    if !matches!(op, Negative | Absolute | Invert) {
        return None;
    }
    let word = match (op, PlainNumber::of(call, handle)?) {
        (Negative, PlainNumber::Int(value)) => RawHandle::from_i64(value.checked_neg()?),
        (Absolute, PlainNumber::Int(value)) => RawHandle::from_i64(value.checked_abs()?),
        (Invert, PlainNumber::Int(value)) => RawHandle::from_i64(!value),
        (Negative, PlainNumber::Float(value)) => RawHandle::from_f64(-value),
        (Absolute, PlainNumber::Float(value)) => RawHandle::from_f64(value.abs()),
        _ => None,
    };
    word.map(HPy::from)
}

/// `a op b` for plain numbers.
#[inline(always)]
pub(super) fn fast_compare<R: Runtime>(
    call: FastCall<R>,
    a: HPy,
    b: HPy,
    op: CompareOp,
) -> Option<bool> {
    let ordering = match (PlainNumber::of(call, a)?, PlainNumber::of(call, b)?) {
        (PlainNumber::Int(a), PlainNumber::Int(b)) => a.cmp(&b),
        // Nothing is ordered beside a NaN, and a NaN may be the object itself, which
        // `RichCompareBool` takes for equal.
        (a, b) => a.as_float()?.partial_cmp(&b.as_float()?)?,
    };
    Some(match op {
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
    })
}

/// What `HPyFloat_AsDouble` gives.
pub(crate) fn as_f64<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<f64, R> {
    if let Some(value) = RawHandle::from(h).as_f64() {
        return Ok(value);
    }
    let object = call.get(h)?;
    match call.runtime().exact_float(&object) {
        Some(value) => Ok(value),
        None => call.leave(|vm| vm.as_f64(&object)),
    }
}

/// Declares the functions of operators, each for one operation of the VM. All operators
/// of plain numbers go through the same fast bodies, those in place as well: a number
/// never changes.
macro_rules! operators {
    (unary $($function:ident = $op:ident;)*) => { context_functions! { $(
        fn $function(call, h: HPy) -> HPy {
            fast { fast_unary(call, UnaryOp::$op, h) }
            general {
                let object = call.get(h)?;
                call.open(call.leave(|vm| vm.unary(UnaryOp::$op, &object))?)
            }
        }
    )* } };
    ($method:ident $($function:ident = $op:ident;)*) => { context_functions! { $(
        fn $function(call, h1: HPy, h2: HPy) -> HPy {
            fast { fast_binary(call, BinaryOp::$op, h1, h2) }
            general {
                let (a, b) = (call.get(h1)?, call.get(h2)?);
                call.open(call.leave(|vm| vm.$method(BinaryOp::$op, &a, &b))?)
            }
        }
    )* } };
}

operators! { unary
    ctx_Negative = Negative;
    ctx_Positive = Positive;
    ctx_Absolute = Absolute;
    ctx_Invert = Invert;
    ctx_Index = Index;
    ctx_Long = Long;
    ctx_Float = Float;
}

operators! { binary
    ctx_Add = Add;
    ctx_Subtract = Subtract;
    ctx_Multiply = Multiply;
    ctx_MatrixMultiply = MatrixMultiply;
    ctx_FloorDivide = FloorDivide;
    ctx_TrueDivide = TrueDivide;
    ctx_Remainder = Remainder;
    ctx_Divmod = Divmod;
    ctx_Lshift = Lshift;
    ctx_Rshift = Rshift;
    ctx_And = And;
    ctx_Xor = Xor;
    ctx_Or = Or;
}

operators! { in_place
    ctx_InPlaceAdd = Add;
    ctx_InPlaceSubtract = Subtract;
    ctx_InPlaceMultiply = Multiply;
    ctx_InPlaceMatrixMultiply = MatrixMultiply;
    ctx_InPlaceFloorDivide = FloorDivide;
    ctx_InPlaceTrueDivide = TrueDivide;
    ctx_InPlaceRemainder = Remainder;
    ctx_InPlaceLshift = Lshift;
    ctx_InPlaceRshift = Rshift;
    ctx_InPlaceAnd = And;
    ctx_InPlaceXor = Xor;
    ctx_InPlaceOr = Or;
}

context_functions! {
    fn ctx_Power(call, h1: HPy, h2: HPy, h3: HPy) -> HPy {
        let (a, b, modulus) = (call.get(h1)?, call.get(h2)?, call.get(h3)?);
        call.open(call.leave(|vm| vm.power(&a, &b, &modulus))?)
    }

    fn ctx_InPlacePower(call, h1: HPy, h2: HPy, h3: HPy) -> HPy {
        let (a, b, modulus) = (call.get(h1)?, call.get(h2)?, call.get(h3)?);
        call.open(call.leave(|vm| vm.in_place_power(&a, &b, &modulus))?)
    }

    fn ctx_Float_FromDouble(call, v: f64) -> HPy {
        fast { RawHandle::from_f64(v).map(HPy::from) }
        general {
            match RawHandle::from_f64(v) {
                Some(word) => Ok(HPy::from(word)),
                None => call.open(call.runtime().new_float(v)),
            }
        }
    }

    fn ctx_Float_AsDouble(call, h: HPy) -> f64 {
        fast {
            match RawHandle::from(h).as_f64() {
                Some(value) => Some(value),
                None => call.runtime().exact_float(call.peek(h)?),
            }
        }
        general { as_f64(call, h) }
    }

    fn ctx_Bool_FromBool(call, v: bool) -> HPy {
        let constants = call.constants();
        Ok(if v { constants.h_True } else { constants.h_False })
    }

    fn ctx_Number_Check(call, h: HPy) -> c_int {
        Ok(c_int::from(call.runtime().is_number(&*call.get(h)?)))
    }
}
