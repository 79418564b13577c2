//! `int`, `bool` and `float`.

use super::parameters::{Parameters, Table, method};
use crate::heap::{Kind, Reference};
use num_bigint::{BigInt, Sign};

pub(super) const TABLES: &[Table] = &[
    (
        "int",
        &[
            ("__new__", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "int", arguments);
                let class = parameters.required()?;
                let value = parameters.optional("x");
                let base = parameters.optional("base");
                parameters.end()?;
                let value = match (value, base) {
                    (None, _) => vm.int(0),
                    (Some(value), None) => vm.to_int(&value)?,
                    (Some(value), Some(base)) => {
                        let base = vm.index_of(&base, "OverflowError")?;
                        let text = vm.text(&value).ok_or_else(|| {
                            let message = "int() can't convert non-string with explicit base";
                            vm.error("TypeError", message)
                        })?;
                        let base = u32::try_from(base).unwrap_or(1);
                        if base == 1 || base > 36 {
                            let message = "int() base must be >= 2 and <= 36, or 0";
                            return Err(vm.error("ValueError", message));
                        }
                        vm.parse_int(&text, base, &value)?
                    }
                };
                if class.is(&vm.builtin("int")) {
                    return Ok(value);
                }
                vm.int_of(&class, &vm.int_value(&value).unwrap_or_default())
            }),
            method!("bit_length", |vm, value| {
                let bits = vm.int_value(&value).unwrap_or_default().bits();
                Ok(vm.int(bits.cast_signed()))
            }),
            ("to_bytes", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "to_bytes", arguments);
                let value = parameters.required()?;
                let length = parameters.optional("length");
                let order = parameters.optional("byteorder");
                let signed = parameters.optional("signed");
                parameters.end()?;
                let value = vm.int_value(&value).unwrap_or_default();
                let length = match length {
                    Some(length) => vm
                        .index_of(&length, "OverflowError")?
                        .max(0)
                        .cast_unsigned(),
                    None => 1,
                };
                let signed = match signed {
                    Some(signed) => vm.is_true(&signed)?,
                    None => false,
                };
                if value.sign() == Sign::Minus && !signed {
                    let message = "can't convert negative int to unsigned";
                    return Err(vm.error("OverflowError", message));
                }
                let mut bytes = match (signed, value.sign()) {
                    (_, Sign::NoSign) => Vec::new(),
                    (true, _) => value.to_signed_bytes_le(),
                    (false, _) => value.to_bytes_le().1,
                };
                if bytes.len() > length {
                    return Err(vm.error("OverflowError", "int too big to convert"));
                }
                let fill = if value.sign() == Sign::Minus { 0xff } else { 0 };
                bytes.resize(length, fill);
                if order.is_none_or(|order| vm.is_text(&order, "big")) {
                    bytes.reverse();
                }
                Ok(vm.bytes(&bytes))
            }),
            ("from_bytes", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "from_bytes", arguments);
                parameters.required()?;
                let bytes = parameters.required()?;
                let order = parameters.optional("byteorder");
                let signed = parameters.optional("signed");
                parameters.end()?;
                let mut bytes = vm.bytes_value(&bytes).unwrap_or_default();
                if order.is_none_or(|order| vm.is_text(&order, "big")) {
                    bytes.reverse();
                }
                let signed = match signed {
                    Some(signed) => vm.is_true(&signed)?,
                    None => false,
                };
                Ok(vm.big_int(&match signed {
                    true => BigInt::from_signed_bytes_le(&bytes),
                    false => BigInt::from_bytes_le(Sign::Plus, &bytes),
                }))
            }),
        ],
    ),
    (
        "bool",
        &[("__new__", |vm, _, arguments| {
            let mut parameters = Parameters::new(vm, "bool", arguments);
            parameters.required()?;
            let value = parameters.optional("");
            parameters.end()?;
            Ok(vm.bool(match value {
                Some(value) => vm.is_true(&value)?,
                None => false,
            }))
        })],
    ),
    (
        "float",
        &[("__new__", |vm, _, arguments| {
            let mut parameters = Parameters::new(vm, "float", arguments);
            let class = parameters.required()?;
            let value = parameters.optional("");
            parameters.end()?;
            let value = match value {
                Some(value) => vm.to_float(&value)?,
                None => vm.float(0.0),
            };
            if class.is(&vm.builtin("float")) && vm.heap.kind(&value) == Kind::Float {
                return Ok(value);
            }
            vm.float_of(&class, vm.float_value(&value).unwrap_or_default())
        })],
    ),
];
