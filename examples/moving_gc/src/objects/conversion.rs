//! What is made into a number: `index`, `int`, `float`.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use num_bigint::{BigInt, Sign};
use num_traits::{FromPrimitive, ToPrimitive};

impl Vm {
    pub(super) fn index_optional(&self, object: &Local) -> Result<Option<Local>> {
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

    pub(super) fn clamp_index(&self, index: &Local, overflow: &str) -> Result<isize> {
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

    pub(crate) fn big_as_f64(&self, value: &BigInt) -> Result<f64> {
        match value.to_f64().filter(|value| value.is_finite()) {
            Some(value) => Ok(value),
            None => Err(self.error("OverflowError", "int too large to convert to float")),
        }
    }
}
