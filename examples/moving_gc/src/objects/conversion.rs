//! What is made into a number: `index`, `int`, `float`.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

impl Vm {
    pub(super) fn index_optional(&self, object: &Local) -> Result<Option<Local>> {
        match self.heap.kind(object) {
            Kind::Int => Ok(Some(object.clone())),
            Kind::Bool => Ok(self.int_value(object).map(|value| self.big_int(&value))),
            _ => self.call_for(object, "__index__", Kind::Int, "int"),
        }
    }

    /// `operator.index(object)`; `TypeError` for what is no integer.
    pub fn index(&self, object: &Local) -> Result {
        let index = self.index_optional(object)?;
        index.ok_or_else(|| {
            let message = "'{}' object cannot be interpreted as an integer";
            self.type_error(message, &[object])
        })
    }

    /// An index that fits; otherwise an error of the class `overflow`.
    pub fn index_of(&self, object: &Local, overflow: &str) -> Result<isize> {
        let index = self.index(object)?;
        self.clamp_index(&index, overflow)
    }

    pub(super) fn clamp_index(&self, index: &Local, overflow: &str) -> Result<isize> {
        let message = "cannot fit 'int' into an index-sized integer";
        let index = self.small_int(index);
        let index = index.ok_or_else(|| self.error(overflow, message))?;
        Ok(index as isize)
    }

    /// `int(object)`.
    pub fn to_int(&self, object: &Local) -> Result {
        if self.is_builtin_class(&self.class_of(object)) && self.heap.kind(object) == Kind::Int {
            return Ok(object.clone());
        }
        for name in ["__int__", "__index__"] {
            if let Some(value) = self.call_for(object, name, Kind::Int, "int")? {
                return Ok(value);
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
        let bytes = || self.bytes_value(object);
        let text = self.text(object);
        match text.or_else(|| Some(String::from_utf8_lossy(&bytes()?).into_owned())) {
            Some(text) => self.parse_int(&text, 10, object),
            None => {
                let message = "int() argument must be a string, a bytes-like object or a real \
                               number, not '{}'";
                Err(self.type_error(message, &[object]))
            }
        }
    }

    /// `int(text, base)`; `object` is for the message.
    pub fn parse_int(&self, text: &str, base: u32, object: &Local) -> Result {
        let digits = text.trim().replace('_', "").to_ascii_lowercase();
        let (is_negative, digits) = match digits.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
        };
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)];
        let prefixed = prefixes.iter().find_map(|&(prefix, of)| {
            let digits = digits.strip_prefix(prefix)?;
            (base == 0 || base == of).then_some((digits, of))
        });
        let (digits, base) = prefixed.unwrap_or((digits, if base == 0 { 10 } else { base }));
        let value = digits
            .starts_with(|c: char| c.is_digit(base))
            .then(|| BigInt::parse_bytes(digits.as_bytes(), base))
            .flatten();
        match value {
            Some(value) => Ok(self.big_int(&if is_negative { -value } else { value })),
            None => {
                let repr = self.repr(object)?;
                let message = format!("invalid literal for int() with base {base}: {repr}");
                Err(self.error("ValueError", &message))
            }
        }
    }

    /// `PyFloat_AsDouble`; `TypeError` for what is no real number.
    pub fn as_f64(&self, object: &Local) -> Result<f64> {
        if let Some(value) = self.float_value(object) {
            return Ok(value);
        }
        if let Some(value) = self.call_own(object, "__float__", &[])? {
            let message = "{}.__float__ returned non-float (type {})";
            let float = self.float_value(&value);
            return float.ok_or_else(|| self.type_error(message, &[object, &value]));
        }
        match self.index_optional(object)? {
            Some(index) => self.big_as_f64(&self.int_value(&index).unwrap_or_default()),
            None => Err(self.type_error("must be real number, not {}", &[object])),
        }
    }

    /// `float(object)`: as [`as_f64`](Self::as_f64), and `ValueError` for a text that is no
    /// number.
    pub fn to_float(&self, object: &Local) -> Result {
        if let Some(text) = self.text(object) {
            let number = text.trim().replace('_', "").to_ascii_lowercase();
            let Ok(value) = number.parse::<f64>() else {
                let repr = self.repr(object)?;
                let message = format!("could not convert string to float: {repr}");
                return Err(self.error("ValueError", &message));
            };
            return Ok(self.float(value));
        }
        if self.is_builtin_class(&self.class_of(object)) && self.heap.kind(object) == Kind::Float {
            return Ok(object.clone());
        }
        match self.as_f64(object) {
            Ok(value) => Ok(self.float(value)),
            Err(error) if self.is_error(&error, "TypeError") && !self.is_number(object) => {
                let message = "float() argument must be a string or a real number, not '{}'";
                Err(self.type_error(message, &[object]))
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn big_as_f64(&self, value: &BigInt) -> Result<f64> {
        let float = value.to_f64().filter(|value| value.is_finite());
        float.ok_or_else(|| self.error("OverflowError", "int too large to convert to float"))
    }
}
