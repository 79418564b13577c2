//! Arithmetic of `int`, `bool` and `float`, and the conversions.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::{BinaryOp, UnaryOp};
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

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
        match (self.int_value(a), self.int_value(b)) {
            (Some(x), Some(y)) => {
                let both_bool = self.heap.kind(a) == Kind::Bool && self.heap.kind(b) == Kind::Bool;
                return self.int_binary(op, &x, &y, both_bool);
            }
            (None, None) => {}
            _ if self.float_value(a).is_none() && self.float_value(b).is_none() => {}
            _ => {
                let (Some(x), Some(y)) = (self.number_as_f64(a)?, self.number_as_f64(b)?) else {
                    return Ok(None);
                };
                return self.float_binary(op, x, y);
            }
        }
        match (self.float_value(a), self.float_value(b)) {
            (Some(x), Some(y)) => self.float_binary(op, x, y),
            _ => self.sequence_binary(op, a, b),
        }
    }

    fn number_as_f64(&self, object: &Local) -> Result<Option<f64>> {
        match (self.float_value(object), self.int_value(object)) {
            (Some(value), _) => Ok(Some(value)),
            (None, Some(value)) => self.big_as_f64(&value).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(crate) fn big_as_f64(&self, value: &BigInt) -> Result<f64> {
        match value.to_f64().filter(|value| value.is_finite()) {
            Some(value) => Ok(value),
            None => Err(self.error("OverflowError", "int too large to convert to float")),
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
        if b.is_zero() {
            match op {
                BinaryOp::TrueDivide => return Err(self.zero_division("division by zero")),
                BinaryOp::FloorDivide | BinaryOp::Remainder | BinaryOp::Divmod => {
                    return Err(self.zero_division("integer division or modulo by zero"));
                }
                _ => {}
            }
        }
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
            BinaryOp::Lshift | BinaryOp::Rshift => {
                if b.is_negative() {
                    return Err(self.error("ValueError", "negative shift count"));
                }
                let count = b.to_usize().unwrap_or(usize::MAX);
                match op {
                    BinaryOp::Rshift if count > MAX_SHIFT => {
                        self.int(if a.is_negative() { -1 } else { 0 })
                    }
                    BinaryOp::Rshift => self.big_int(&(a >> count)),
                    _ if a.is_zero() => self.int(0),
                    _ if count > MAX_SHIFT => {
                        return Err(self.error("OverflowError", "too many digits in integer"));
                    }
                    _ => self.big_int(&(a << count)),
                }
            }
            BinaryOp::And => bits(a & b),
            BinaryOp::Xor => bits(a ^ b),
            BinaryOp::Or => bits(a | b),
            BinaryOp::MatrixMultiply => return Ok(None),
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
        if b == 0.0 {
            match op {
                BinaryOp::TrueDivide => return Err(self.zero_division("float division by zero")),
                BinaryOp::FloorDivide => {
                    return Err(self.zero_division("float floor division by zero"));
                }
                BinaryOp::Remainder => return Err(self.zero_division("float modulo")),
                BinaryOp::Divmod => return Err(self.zero_division("float divmod()")),
                _ => {}
            }
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

    /// `+` and `*` of sequences, `|` and the like of sets, `|` of dicts.
    fn sequence_binary(&self, op: BinaryOp, a: &Local, b: &Local) -> Result<Option<Local>> {
        let (kind_a, kind_b) = (self.heap.kind(a), self.heap.kind(b));
        let is_sequence = |kind| matches!(kind, Kind::Str | Kind::Bytes | Kind::Tuple | Kind::List);
        match op {
            BinaryOp::Add if is_sequence(kind_a) && kind_a == kind_b => self.concat(a, b).map(Some),
            BinaryOp::Add if is_sequence(kind_a) => {
                let kind = self.type_name_for(a);
                let other = self.type_name_for(b);
                let message = match kind_a {
                    Kind::Bytes => format!("can't concat {other} to bytes"),
                    _ => format!("can only concatenate {kind} (not \"{other}\") to {kind}"),
                };
                Err(self.error("TypeError", &message))
            }
            BinaryOp::Multiply if is_sequence(kind_a) => self.repeat(a, b),
            BinaryOp::Multiply if is_sequence(kind_b) => self.repeat(b, a),
            BinaryOp::Remainder if kind_a == Kind::Str => self.percent(a, b).map(Some),
            BinaryOp::Or if kind_a == Kind::Dict && kind_b == Kind::Dict => {
                let merged = self.dict();
                self.dict_update(&merged, a)?;
                self.dict_update(&merged, b)?;
                Ok(Some(merged))
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Subtract | BinaryOp::Xor
                if kind_a == Kind::Set && kind_b == Kind::Set =>
            {
                self.set_binary(op, a, b).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn concat(&self, a: &Local, b: &Local) -> Result {
        match self.heap.kind(a) {
            kind @ (Kind::Str | Kind::Bytes) => {
                let mut bytes = self.heap.with_bytes(a, <[u8]>::to_vec);
                self.heap
                    .with_bytes(b, |more| bytes.extend_from_slice(more));
                let class = self.builtin(if kind == Kind::Str { "str" } else { "bytes" });
                self.new_scalar(&class, kind, &bytes)
            }
            kind => {
                let mut items = self.items(a).unwrap_or_default();
                items.extend(self.items(b).unwrap_or_default());
                self.new_sequence(kind, items.len(), items.iter())
            }
        }
    }

    fn repeat(&self, sequence: &Local, count: &Local) -> Result<Option<Local>> {
        let count = match self.index_optional(count)? {
            Some(count) => self
                .clamp_index(&count, "OverflowError")?
                .max(0)
                .cast_unsigned(),
            None => {
                let message = format!(
                    "can't multiply sequence by non-int of type '{}'",
                    self.type_name_for(count)
                );
                return Err(self.error("TypeError", &message));
            }
        };
        let room = |length: usize| match length.checked_mul(count) {
            Some(total) if total <= self.heap_capacity() => Ok(()),
            _ => Err(self.memory_error()),
        };
        match self.heap.kind(sequence) {
            kind @ (Kind::Str | Kind::Bytes) => {
                room(self.heap.byte_count(sequence))?;
                let bytes = self.heap.with_bytes(sequence, |bytes| bytes.repeat(count));
                let class = self.builtin(if kind == Kind::Str { "str" } else { "bytes" });
                self.new_scalar(&class, kind, &bytes).map(Some)
            }
            kind => {
                let items = self.items(sequence).unwrap_or_default();
                room(8 * items.len())?;
                let total = items.len() * count;
                self.new_sequence(kind, total, items.iter().cycle().take(total))
                    .map(Some)
            }
        }
    }

    fn heap_capacity(&self) -> usize {
        self.heap.capacity()
    }

    /// `a op= b` where that changes `a`.
    pub(crate) fn builtin_in_place(
        &self,
        op: BinaryOp,
        a: &Local,
        b: &Local,
    ) -> Result<Option<Local>> {
        if self.heap.kind(a) != Kind::List {
            return Ok(None);
        }
        match op {
            BinaryOp::Add => {
                for item in self.collect_items(b)? {
                    self.list_append(a, &item)?;
                }
                Ok(Some(a.clone()))
            }
            BinaryOp::Multiply => {
                if let Some(repeated) = self.repeat(a, b)? {
                    self.set_list_items(a, &self.items(&repeated).unwrap_or_default())?;
                }
                Ok(Some(a.clone()))
            }
            _ => Ok(None),
        }
    }

    /// `pow(a, b)` or `pow(a, b, modulus)` of builtin kinds.
    pub(crate) fn builtin_power(
        &self,
        a: &Local,
        b: &Local,
        modulus: Option<&Local>,
    ) -> Result<Option<Local>> {
        if let Some(modulus) = modulus {
            let values = (
                self.int_value(a),
                self.int_value(b),
                self.int_value(modulus),
            );
            let (Some(a), Some(b), Some(modulus)) = values else {
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
                    let odd = exponent.is_odd();
                    let value = if base.is_negative() && !odd {
                        -base
                    } else {
                        base
                    };
                    Ok(Some(self.big_int(&value)))
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

    fn index_optional(&self, object: &Local) -> Result<Option<Local>> {
        if self.heap.kind(object) == Kind::Int {
            return Ok(Some(object.clone()));
        }
        if let Some(value) = self.int_value(object) {
            return Ok(Some(self.big_int(&value)));
        }
        let Some(index) = self.call_own(object, "__index__", &[])? else {
            return Ok(None);
        };
        if self.int_value(&index).is_some() {
            return Ok(Some(index));
        }
        let message = format!(
            "__index__ returned non-int (type {})",
            self.type_name_for(&index)
        );
        Err(self.error("TypeError", &message))
    }

    /// `operator.index(object)`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is no integer.
    pub fn index(&self, object: &Local) -> Result {
        match self.index_optional(object)? {
            Some(index) => Ok(index),
            None => {
                let message = format!(
                    "'{}' object cannot be interpreted as an integer",
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// An index that fits; otherwise an error of the class `overflow`.
    pub(crate) fn index_of(&self, object: &Local, overflow: &str) -> Result<isize> {
        let index = self.index(object)?;
        self.clamp_index(&index, overflow)
    }

    fn clamp_index(&self, index: &Local, overflow: &str) -> Result<isize> {
        match self.small_int(index) {
            Some(index) => Ok(index as isize),
            None => {
                let message = "cannot fit 'int' into an index-sized integer";
                Err(self.error(overflow, message))
            }
        }
    }

    /// `int(object)`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is no number, `ValueError` for a text that is none.
    pub fn to_int(&self, object: &Local) -> Result {
        if self.is_builtin_class(&self.class_of(object)) && self.heap.kind(object) == Kind::Int {
            return Ok(object.clone());
        }
        for name in ["__int__", "__index__"] {
            if let Some(value) = self.call_own(object, name, &[])? {
                return match self.int_value(&value) {
                    Some(_) => Ok(value),
                    None => {
                        let class = self.type_name_for(&value);
                        let message = format!("{name} returned non-int (type {class})");
                        Err(self.error("TypeError", &message))
                    }
                };
            }
        }
        if let Some(value) = self.int_value(object) {
            return Ok(self.big_int(&value));
        }
        if let Some(value) = self.float_value(object) {
            return match BigInt::from_f64(value.trunc()) {
                Some(value) => Ok(self.big_int(&value)),
                None if value.is_nan() => {
                    Err(self.error("ValueError", "cannot convert float NaN to integer"))
                }
                None => {
                    Err(self.error("OverflowError", "cannot convert float infinity to integer"))
                }
            };
        }
        if let Some(text) = self.text(object) {
            return self.parse_int(&text, 10, object);
        }
        if let Some(bytes) = self.bytes_value(object) {
            return self.parse_int(&String::from_utf8_lossy(&bytes), 10, object);
        }
        let message = format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            self.type_name_for(object)
        );
        Err(self.error("TypeError", &message))
    }

    /// `int(text, base)`; `object` is for the message.
    pub(crate) fn parse_int(&self, text: &str, base: u32, object: &Local) -> Result {
        let digits = text.trim().replace('_', "");
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => (Sign::Minus, digits),
            None => (Sign::Plus, digits.strip_prefix('+').unwrap_or(&digits)),
        };
        let lower = digits.to_ascii_lowercase();
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)];
        let prefixed = prefixes.iter().find_map(|&(prefix, of)| {
            let digits = lower.strip_prefix(prefix)?;
            (base == 0 || base == of).then_some((digits, of))
        });
        let (digits, base) = prefixed.unwrap_or((&lower, if base == 0 { 10 } else { base }));
        let value = digits
            .starts_with(|c: char| c.is_digit(base))
            .then(|| BigInt::parse_bytes(digits.as_bytes(), base))
            .flatten();
        match value {
            Some(value) if sign == Sign::Minus => Ok(self.big_int(&-value)),
            Some(value) => Ok(self.big_int(&value)),
            None => {
                let repr = self.repr(object)?;
                let message = format!("invalid literal for int() with base {base}: {repr}");
                Err(self.error("ValueError", &message))
            }
        }
    }

    /// `PyFloat_AsDouble`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is no real number.
    pub fn as_f64(&self, object: &Local) -> Result<f64> {
        if let Some(value) = self.float_value(object) {
            return Ok(value);
        }
        if let Some(value) = self.call_own(object, "__float__", &[])? {
            return self.float_value(&value).ok_or_else(|| {
                let message = format!(
                    "{}.__float__ returned non-float (type {})",
                    self.type_name_for(object),
                    self.type_name_for(&value)
                );
                self.error("TypeError", &message)
            });
        }
        match self.index_optional(object)? {
            Some(index) => self.big_as_f64(&self.int_value(&index).unwrap_or_default()),
            None => {
                let message = format!("must be real number, not {}", self.type_name_for(object));
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// `float(object)`.
    ///
    /// # Errors
    ///
    /// As [`as_f64`](Self::as_f64); `ValueError` for a text that is no number.
    pub fn to_float(&self, object: &Local) -> Result {
        if let Some(text) = self.text(object) {
            let number = text.trim().replace('_', "").to_ascii_lowercase();
            return match number.parse::<f64>() {
                Ok(value) => Ok(self.float(value)),
                Err(_) => {
                    let repr = self.repr(object)?;
                    let message = format!("could not convert string to float: {repr}");
                    Err(self.error("ValueError", &message))
                }
            };
        }
        if self.is_builtin_class(&self.class_of(object)) && self.heap.kind(object) == Kind::Float {
            return Ok(object.clone());
        }
        match self.as_f64(object) {
            Ok(value) => Ok(self.float(value)),
            Err(error) if self.is_error(&error, "TypeError") && !self.is_number(object) => {
                let message = format!(
                    "float() argument must be a string or a real number, not '{}'",
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
            Err(error) => Err(error),
        }
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
