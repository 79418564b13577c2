//! Arithmetic of `int`, `bool` and `float`, and the conversions.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::{BinaryOp, UnaryOp};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

/// Shifts beyond this would fill the heap.
const MAX_SHIFT: usize = 1 << 24;

impl Vm {
    /// `a op b` for operands of builtin kinds; `None` if there is no such thing.
    pub(crate) fn builtin_binary(
        &self,
        op: BinaryOp,
        a: &Local,
        b: &Local,
    ) -> Result<Option<Local>> {
        if let (Some(x), Some(y)) = (self.int_value(a), self.int_value(b)) {
            let both_bool = self.heap.kind(a) == Kind::Bool && self.heap.kind(b) == Kind::Bool;
            return self.int_binary(op, &x, &y, both_bool);
        }
        let is_number =
            |object| matches!(self.heap.kind(object), Kind::Int | Kind::Bool | Kind::Float);
        if !is_number(a) || !is_number(b) {
            return self.sequence_binary(op, a, b);
        }
        match (self.number_as_f64(a)?, self.number_as_f64(b)?) {
            (Some(x), Some(y)) => self.float_binary(op, x, y),
            _ => Ok(None),
        }
    }

    /// The value of an `int` or `float`.
    fn number_as_f64(&self, object: &Local) -> Result<Option<f64>> {
        match self.int_value(object) {
            Some(value) => self.big_as_f64(&value).map(Some),
            None => Ok(self.float_value(object)),
        }
    }

    fn zero_division(&self, message: &str) -> Local {
        self.error("ZeroDivisionError", message)
    }

    fn int_binary(
        &self,
        op: BinaryOp,
        a: &BigInt,
        b: &BigInt,
        both_bool: bool,
    ) -> Result<Option<Local>> {
        match op {
            BinaryOp::TrueDivide if b.is_zero() => {
                return Err(self.zero_division("division by zero"));
            }
            BinaryOp::FloorDivide | BinaryOp::Remainder | BinaryOp::Divmod if b.is_zero() => {
                return Err(self.zero_division("integer division or modulo by zero"));
            }
            BinaryOp::Lshift | BinaryOp::Rshift if b.is_negative() => {
                return Err(self.error("ValueError", "negative shift count"));
            }
            _ => {}
        }
        let count = b.to_usize().unwrap_or(usize::MAX);
        let bits = |value: BigInt| match both_bool {
            true => self.bool(!value.is_zero()),
            false => self.big_int(&value),
        };
        Ok(Some(match op {
            BinaryOp::Add => self.big_int(&(a + b)),
            BinaryOp::Subtract => self.big_int(&(a - b)),
            BinaryOp::Multiply => self.big_int(&(a * b)),
            BinaryOp::FloorDivide => self.big_int(&a.div_floor(b)),
            BinaryOp::Remainder => self.big_int(&a.mod_floor(b)),
            BinaryOp::Divmod => {
                let (quotient, rest) = a.div_mod_floor(b);
                self.tuple(&[self.big_int(&quotient), self.big_int(&rest)])
            }
            BinaryOp::TrueDivide => {
                let (a, b) = (self.big_as_f64(a)?, self.big_as_f64(b)?);
                self.float(a / b)
            }
            BinaryOp::Rshift if count > MAX_SHIFT => self.int(-i64::from(a.is_negative())),
            BinaryOp::Rshift => self.big_int(&(a >> count)),
            BinaryOp::Lshift if a.is_zero() => self.int(0),
            BinaryOp::Lshift if count > MAX_SHIFT => {
                return Err(self.error("OverflowError", "too many digits in integer"));
            }
            BinaryOp::Lshift => self.big_int(&(a << count)),
            BinaryOp::And => bits(a & b),
            BinaryOp::Xor => bits(a ^ b),
            BinaryOp::Or => bits(a | b),
            _ => return Ok(None),
        }))
    }

    fn float_binary(&self, op: BinaryOp, a: f64, b: f64) -> Result<Option<Local>> {
        let floor_mod = || {
            let rest = a % b;
            let rest = match rest {
                0.0 => 0.0_f64.copysign(b),
                rest if (rest < 0.0) != (b < 0.0) => rest + b,
                rest => rest,
            };
            (((a - rest) / b).round(), rest)
        };
        let no_division = match op {
            BinaryOp::TrueDivide => Some("float division by zero"),
            BinaryOp::FloorDivide => Some("float floor division by zero"),
            BinaryOp::Remainder => Some("float modulo"),
            BinaryOp::Divmod => Some("float divmod()"),
            _ => None,
        };
        if let Some(message) = no_division.filter(|_| b == 0.0) {
            return Err(self.zero_division(message));
        }
        Ok(Some(match op {
            BinaryOp::Add => self.float(a + b),
            BinaryOp::Subtract => self.float(a - b),
            BinaryOp::Multiply => self.float(a * b),
            BinaryOp::TrueDivide => self.float(a / b),
            BinaryOp::FloorDivide => self.float(floor_mod().0),
            BinaryOp::Remainder => self.float(floor_mod().1),
            BinaryOp::Divmod => {
                let (quotient, rest) = floor_mod();
                self.tuple(&[self.float(quotient), self.float(rest)])
            }
            _ => return Ok(None),
        }))
    }

    /// `pow(a, b)` or `pow(a, b, modulus)` of builtin kinds.
    pub(crate) fn builtin_power(
        &self,
        a: &Local,
        b: &Local,
        modulus: Option<&Local>,
    ) -> Result<Option<Local>> {
        if let Some(modulus) = modulus {
            let value = |object| self.int_value(object);
            let (Some(a), Some(b), Some(modulus)) = (value(a), value(b), value(modulus)) else {
                return Ok(None);
            };
            if modulus.is_zero() {
                return Err(self.error("ValueError", "pow() 3rd argument cannot be 0"));
            }
            if b.is_negative() {
                let message = "base is not invertible for the given modulus";
                let inverse = a.modinv(&modulus);
                let inverse = inverse.ok_or_else(|| self.error("ValueError", message))?;
                return Ok(Some(self.big_int(&inverse.modpow(&-b, &modulus))));
            }
            return Ok(Some(self.big_int(&a.modpow(&b, &modulus))));
        }
        if let (Some(base), Some(exponent)) = (self.int_value(a), self.int_value(b))
            && !exponent.is_negative()
        {
            let bits = base
                .bits()
                .saturating_mul(exponent.to_u64().unwrap_or(u64::MAX));
            return match exponent.to_u32() {
                Some(exponent) if bits <= MAX_SHIFT as u64 => {
                    Ok(Some(self.big_int(&base.pow(exponent))))
                }
                _ if base.bits() <= 1 => {
                    let is_positive = base.is_negative() && !exponent.is_odd();
                    Ok(Some(self.big_int(&if is_positive { -base } else { base })))
                }
                _ => Err(self.error("OverflowError", "too many digits in integer")),
            };
        }
        match (self.number_as_f64(a)?, self.number_as_f64(b)?) {
            (Some(a), Some(b)) => {
                if a == 0.0 && b < 0.0 {
                    let message = "0.0 cannot be raised to a negative power";
                    return Err(self.zero_division(message));
                }
                Ok(Some(self.float(a.powf(b))))
            }
            _ => Ok(None),
        }
    }

    /// An operator with one operand of a builtin kind.
    pub(crate) fn builtin_unary(&self, op: UnaryOp, object: &Local) -> Result<Option<Local>> {
        if let Some(value) = self.int_value(object) {
            return Ok(Some(self.big_int(&match op {
                UnaryOp::Negative => -value,
                UnaryOp::Absolute => value.abs(),
                UnaryOp::Invert => -value - 1,
                _ => value,
            })));
        }
        Ok(match (self.float_value(object), op) {
            (Some(value), UnaryOp::Negative) => Some(self.float(-value)),
            (Some(value), UnaryOp::Positive) => Some(self.float(value)),
            (Some(value), UnaryOp::Absolute) => Some(self.float(value.abs())),
            _ => None,
        })
    }

    /// `PyNumber_Check`.
    pub(crate) fn is_number(&self, object: &Local) -> bool {
        let class = self.class_of(object);
        matches!(self.heap.kind(object), Kind::Int | Kind::Bool | Kind::Float)
            || ["__index__", "__int__", "__float__"]
                .iter()
                .any(|name| self.lookup_own(&class, name).is_some())
    }
}
