//! `struct.pack` and `struct.unpack`, for the formats of C's integers and
//! floats, with C's sizes on this platform and its alignment where there is more
//! than one item of a native format.

use super::builtins::exactly;
use crate::interpreter::{Fallible, Value};
use hpy_loader::runtime::UnaryOp;
use moving_gc::{Arguments, Vm};
use num_traits::ToPrimitive;

/// A format: whether it is native, and the items.
fn items(vm: &Vm, format: &Value) -> Fallible<(bool, Vec<char>)> {
    let text = vm.text(format).unwrap_or_default();
    let little = text.strip_prefix(['<', '=']);
    let codes = little.unwrap_or(text.trim_start_matches('@'));
    if let Some(bad) = codes.chars().find(|code| size(*code).is_none()) {
        let message = format!("bad char in struct format: {bad}");
        return Err(vm.error("ValueError", &message));
    }
    Ok((little.is_none(), codes.chars().collect()))
}

fn size(code: char) -> Option<usize> {
    Some(match code {
        'b' | 'B' | '?' => 1,
        'h' | 'H' => 2,
        'i' | 'I' | 'f' => 4,
        'l' | 'L' | 'q' | 'Q' | 'n' | 'N' | 'P' | 'd' => 8,
        _ => return None,
    })
}

/// `pack(format, *values)`.
pub(super) fn pack(vm: &Vm, _: &Value, arguments: Arguments) -> Fallible<Value> {
    let Some((format, values)) = arguments.positional.split_first() else {
        return Err(vm.error("TypeError", "pack() takes a format"));
    };
    let (native, codes) = items(vm, format)?;
    if codes.len() != values.len() {
        let message = format!(
            "pack expected {} items for packing (got {})",
            codes.len(),
            values.len()
        );
        return Err(vm.error("ValueError", &message));
    }
    let mut bytes = Vec::new();
    for (code, value) in codes.into_iter().zip(values) {
        let size = size(code).unwrap_or(1);
        if native {
            bytes.resize(bytes.len().next_multiple_of(size), 0);
        }
        match code {
            'f' | 'd' => {
                let value = vm.unary(UnaryOp::Float, value)?;
                let value = vm.float_value(&value).unwrap_or_default();
                match code {
                    'f' => bytes.extend((value as f32).to_le_bytes()),
                    _ => bytes.extend(value.to_le_bytes()),
                }
            }
            _ => {
                let value = vm.unary(UnaryOp::Index, value)?;
                let value = vm.int_value(&value).and_then(|value| value.to_i128());
                let bits = 8 * size as u32;
                let range = match code.is_uppercase() || code == '?' {
                    true => 0..=(1_i128 << bits) - 1,
                    false => -(1_i128 << (bits - 1))..=(1_i128 << (bits - 1)) - 1,
                };
                match value.filter(|value| range.contains(value)) {
                    Some(value) => bytes.extend(&value.to_le_bytes()[..size]),
                    None => {
                        let message = format!("'{code}' format requires a number in its range");
                        return Err(vm.error("ValueError", &message));
                    }
                }
            }
        }
    }
    Ok(vm.bytes(&bytes))
}

/// `unpack(format, bytes)`.
pub(super) fn unpack(vm: &Vm, _: &Value, arguments: Arguments) -> Fallible<Value> {
    let [format, bytes] = exactly(vm, "unpack", arguments)?;
    let (native, codes) = items(vm, &format)?;
    let bytes = vm.bytes_value(&bytes).unwrap_or_default();
    let mut at = 0_usize;
    let mut values = Vec::new();
    for code in codes {
        let size = size(code).unwrap_or(1);
        if native {
            at = at.next_multiple_of(size);
        }
        let Some(part) = bytes.get(at..at + size) else {
            return Err(vm.error("ValueError", "unpack requires a longer buffer"));
        };
        at += size;
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(part);
        let unsigned = u64::from_le_bytes(wide);
        let unused = 64 - 8 * size as u32;
        values.push(match code {
            'd' => vm.float(f64::from_bits(unsigned)),
            'f' => vm.float(f32::from_bits(unsigned as u32).into()),
            '?' => vm.bool(unsigned != 0),
            _ if code.is_uppercase() => vm.big_int(&unsigned.into()),
            _ => vm.int((unsigned << unused).cast_signed() >> unused),
        });
    }
    Ok(vm.tuple(&values))
}
