//! `float`, `bool` and the operators.

use super::prelude::*;
use crate::runtime::{BinaryOp, UnaryOp};

pub(crate) unsafe fn ctx_Float_FromDouble<R: Runtime>(entry: Entry<R>, v: f64) -> VmResult<HPy, R> {
    match RawHandle::from_f64(v) {
        Some(word) => Ok(HPy(word.bits())),
        None => entry.open(entry.runtime().new_float(v)),
    }
}

pub(crate) unsafe fn ctx_Float_AsDouble<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<f64, R> {
    if let Some(value) = RawHandle::from_bits(h.0).as_f64() {
        return Ok(value);
    }
    let object = entry.get(h)?;
    match entry.runtime().exact_float(&object) {
        Some(value) => Ok(value),
        None => entry.leave(|vm| vm.as_f64(&object)),
    }
}

pub(crate) unsafe fn ctx_Bool_FromBool<R: Runtime>(entry: Entry<R>, v: bool) -> VmResult<HPy, R> {
    let constants = entry.core().constants();
    Ok(if v {
        constants.h_True
    } else {
        constants.h_False
    })
}

pub(crate) unsafe fn ctx_Number_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    Ok(c_int::from(entry.runtime().is_number(&*entry.get(h)?)))
}

fn binary<R: Runtime>(entry: Entry<R>, op: BinaryOp, a: HPy, b: HPy) -> VmResult<HPy, R> {
    let (a, b) = (entry.get(a)?, entry.get(b)?);
    entry.open(entry.leave(|vm| vm.binary(op, &a, &b))?)
}

fn in_place<R: Runtime>(entry: Entry<R>, op: BinaryOp, a: HPy, b: HPy) -> VmResult<HPy, R> {
    let (a, b) = (entry.get(a)?, entry.get(b)?);
    entry.open(entry.leave(|vm| vm.in_place(op, &a, &b))?)
}

fn unary<R: Runtime>(entry: Entry<R>, op: UnaryOp, h: HPy) -> VmResult<HPy, R> {
    let object = entry.get(h)?;
    entry.open(entry.leave(|vm| vm.unary(op, &object))?)
}

macro_rules! operators {
    ($($kind:ident { $($function:ident = $op:expr;)* })*) => {
        $(operators! { @$kind $($function = $op;)* })*
    };
    (@unary $($function:ident = $op:expr;)*) => {
        $(pub(crate) unsafe fn $function<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<HPy, R> {
            unary(entry, $op, h)
        })*
    };
    (@$kind:ident $($function:ident = $op:expr;)*) => {
        $(pub(crate) unsafe fn $function<R: Runtime>(
            entry: Entry<R>,
            a: HPy,
            b: HPy,
        ) -> VmResult<HPy, R> {
            $kind(entry, $op, a, b)
        })*
    };
}

operators! {
    unary {
        ctx_Negative = UnaryOp::Negative;
        ctx_Positive = UnaryOp::Positive;
        ctx_Absolute = UnaryOp::Absolute;
        ctx_Invert = UnaryOp::Invert;
        ctx_Index = UnaryOp::Index;
        ctx_Long = UnaryOp::Long;
        ctx_Float = UnaryOp::Float;
    }
    binary {
        ctx_Add = BinaryOp::Add;
        ctx_Subtract = BinaryOp::Subtract;
        ctx_Multiply = BinaryOp::Multiply;
        ctx_MatrixMultiply = BinaryOp::MatrixMultiply;
        ctx_FloorDivide = BinaryOp::FloorDivide;
        ctx_TrueDivide = BinaryOp::TrueDivide;
        ctx_Remainder = BinaryOp::Remainder;
        ctx_Divmod = BinaryOp::Divmod;
        ctx_Lshift = BinaryOp::Lshift;
        ctx_Rshift = BinaryOp::Rshift;
        ctx_And = BinaryOp::And;
        ctx_Xor = BinaryOp::Xor;
        ctx_Or = BinaryOp::Or;
    }
    in_place {
        ctx_InPlaceAdd = BinaryOp::Add;
        ctx_InPlaceSubtract = BinaryOp::Subtract;
        ctx_InPlaceMultiply = BinaryOp::Multiply;
        ctx_InPlaceMatrixMultiply = BinaryOp::MatrixMultiply;
        ctx_InPlaceFloorDivide = BinaryOp::FloorDivide;
        ctx_InPlaceTrueDivide = BinaryOp::TrueDivide;
        ctx_InPlaceRemainder = BinaryOp::Remainder;
        ctx_InPlaceLshift = BinaryOp::Lshift;
        ctx_InPlaceRshift = BinaryOp::Rshift;
        ctx_InPlaceAnd = BinaryOp::And;
        ctx_InPlaceXor = BinaryOp::Xor;
        ctx_InPlaceOr = BinaryOp::Or;
    }
}

pub(crate) unsafe fn ctx_Power<R: Runtime>(
    entry: Entry<R>,
    h1: HPy,
    h2: HPy,
    h3: HPy,
) -> VmResult<HPy, R> {
    let (a, b, modulus) = (entry.get(h1)?, entry.get(h2)?, entry.get(h3)?);
    entry.open(entry.leave(|vm| vm.power(&a, &b, &modulus))?)
}

pub(crate) unsafe fn ctx_InPlacePower<R: Runtime>(
    entry: Entry<R>,
    h1: HPy,
    h2: HPy,
    h3: HPy,
) -> VmResult<HPy, R> {
    let (a, b, modulus) = (entry.get(h1)?, entry.get(h2)?, entry.get(h3)?);
    entry.open(entry.leave(|vm| vm.in_place_power(&a, &b, &modulus))?)
}
