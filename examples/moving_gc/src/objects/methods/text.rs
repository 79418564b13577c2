//! `int`, `bool`, `float`, `str` and `bytes`.

use super::parameters::{Table, method};
use crate::heap::{Kind, Local, Reference};
use crate::vm::{Arguments, Result, Vm};

fn text_of(vm: &Vm, object: &Local) -> Result<String> {
    let text = vm.text(object);
    text.ok_or_else(|| vm.type_error("must be str, not {}", &[object]))
}

/// The arguments of `encode` and `decode`, with their defaults.
fn codec(vm: &Vm, encoding: Option<Local>, errors: Option<Local>) -> Result<(String, String)> {
    let text = |object: Option<Local>, default: &str| match object {
        Some(object) => text_of(vm, &object),
        None => Ok(default.to_owned()),
    };
    Ok((text(encoding, "utf-8")?, text(errors, "strict")?))
}

/// `int(value)` or `int(value, base)`.
fn new_int(vm: &Vm, arguments: Arguments) -> Result {
    let ([class], [value, base]) = arguments.take(vm, "int", ["x", "base"])?;
    let value = match (value, base) {
        (None, _) => vm.int(0),
        (Some(value), None) => vm.to_int(&value)?,
        (Some(value), Some(base)) => {
            let base = vm.index_of(&base, "OverflowError")?;
            let message = "int() can't convert non-string with explicit base";
            let text = vm.text(&value);
            let text = text.ok_or_else(|| vm.error("TypeError", message))?;
            match u32::try_from(base) {
                Ok(base @ (0 | 2..=36)) => vm.parse_int(&text, base, &value)?,
                _ => {
                    let message = "int() base must be >= 2 and <= 36, or 0";
                    return Err(vm.error("ValueError", message));
                }
            }
        }
    };
    if class.is(&vm.builtin("int")) {
        return Ok(value);
    }
    vm.int_of(&class, &vm.int_value(&value).unwrap_or_default())
}

fn new_bool(vm: &Vm, arguments: Arguments) -> Result {
    let ([_], [value]) = arguments.take(vm, "bool", [""])?;
    let value = value.unwrap_or_else(|| vm.none());
    Ok(vm.bool(vm.is_true(&value)?))
}

fn new_float(vm: &Vm, arguments: Arguments) -> Result {
    let ([class], [value]) = arguments.take(vm, "float", [""])?;
    let value = vm.to_float(&value.unwrap_or_else(|| vm.float(0.0)))?;
    if class.is(&vm.builtin("float")) && vm.heap.kind(&value) == Kind::Float {
        return Ok(value);
    }
    vm.float_of(&class, vm.float_value(&value).unwrap_or_default())
}

fn new_str(vm: &Vm, arguments: Arguments) -> Result {
    let ([class], [object, encoding, errors]) =
        arguments.take(vm, "str", ["object", "encoding", "errors"])?;
    let decodes = encoding.is_some() || errors.is_some();
    let (encoding, errors) = codec(vm, encoding, errors)?;
    let text = match object {
        None => vm.str(""),
        Some(object) if decodes => vm.decode_object(&object, &encoding, &errors)?,
        Some(object) => vm.str_object(&object)?,
    };
    if class.is(&vm.builtin("str")) {
        return Ok(text);
    }
    vm.str_of(&class, &vm.code_points(&text).unwrap_or_default())
}

fn new_bytes(vm: &Vm, arguments: Arguments) -> Result {
    let ([class], [object, encoding, errors]) =
        arguments.take(vm, "bytes", ["source", "encoding", "errors"])?;
    let encodes = encoding.is_some() || errors.is_some();
    let (encoding, errors) = codec(vm, encoding, errors)?;
    let bytes = match object {
        None => Vec::new(),
        Some(object) if encodes => vm.encode(&object, &encoding, &errors)?,
        Some(object) if vm.int_value(&object).is_some() => {
            match usize::try_from(vm.index_of(&object, "OverflowError")?) {
                Ok(count) if count <= vm.heap.capacity() => vec![0; count],
                Ok(_) => return Err(vm.memory_error()),
                Err(_) => return Err(vm.error("ValueError", "negative count")),
            }
        }
        Some(object) if vm.heap.kind(&object) == Kind::Str => {
            return Err(vm.error("TypeError", "string argument without an encoding"));
        }
        Some(object) => vm.bytes_of(&object)?,
    };
    vm.new_scalar(&class, Kind::Bytes, &bytes)
}

/// `str.find(part, start)`.
fn find(vm: &Vm, arguments: Arguments) -> Result {
    let ([text, part], [start]) = arguments.take(vm, "find", [""])?;
    let start = start.unwrap_or_else(|| vm.int(0));
    let points = |object| {
        let points = vm.code_points(object);
        points.ok_or_else(|| vm.type_error("must be str, not {}", &[object]))
    };
    let (text, part) = (points(&text)?, points(&part)?);
    let start = usize::try_from(vm.index_of(&start, "OverflowError")?).unwrap_or(0);
    let found = (start..=text.len()).find(|&at| text[at..].starts_with(&part));
    Ok(vm.int(found.map_or(-1, |at| at as i64)))
}

/// `join` of `str` and `bytes`.
fn join(vm: &Vm, separator: &Local, iterable: &Local) -> Result {
    let kind = vm.heap.kind(separator);
    let content = |object: &Local| vm.heap.with_bytes(object, <[u8]>::to_vec);
    let mut parts = Vec::new();
    for (place, item) in vm.collect_items(iterable)?.iter().enumerate() {
        parts.push(match kind {
            Kind::Str if vm.heap.kind(item) != kind => {
                let message = format!("sequence item {place}: expected str instance, {{}} found");
                return Err(vm.type_error(&message, &[item]));
            }
            Kind::Str => content(item),
            _ => vm.bytes_of(item)?,
        });
    }
    vm.new_plain(kind, &parts.join(&*content(separator)))
}

pub(super) const TABLES: &[Table] = &[
    (
        "int",
        &[
            ("__new__", |vm, _, arguments| new_int(vm, arguments)),
            method!("bit_length", |vm, value| {
                let bits = vm.int_value(&value).unwrap_or_default().bits();
                Ok(vm.int(bits.cast_signed()))
            }),
        ],
    ),
    (
        "bool",
        &[("__new__", |vm, _, arguments| new_bool(vm, arguments))],
    ),
    (
        "float",
        &[("__new__", |vm, _, arguments| new_float(vm, arguments))],
    ),
    (
        "str",
        &[
            ("__new__", |vm, _, arguments| new_str(vm, arguments)),
            method!("__iter__", |vm, text| vm.iter(&text)),
            ("encode", |vm, _, arguments| {
                let ([object], [encoding, errors]) =
                    arguments.take(vm, "encode", ["encoding", "errors"])?;
                let (encoding, errors) = codec(vm, encoding, errors)?;
                let bytes = vm.encode(&object, &encoding, &errors)?;
                vm.new_scalar(&vm.builtin("bytes"), Kind::Bytes, &bytes)
            }),
            ("find", |vm, _, arguments| find(vm, arguments)),
            method!("join", |vm, text, parts| join(vm, &text, &parts)),
            method!("lower", |vm, text| {
                Ok(vm.str(&text_of(vm, &text)?.to_lowercase()))
            }),
            method!("upper", |vm, text| {
                Ok(vm.str(&text_of(vm, &text)?.to_uppercase()))
            }),
        ],
    ),
    (
        "bytes",
        &[
            ("__new__", |vm, _, arguments| new_bytes(vm, arguments)),
            method!("__iter__", |vm, bytes| vm.iter(&bytes)),
            ("decode", |vm, _, arguments| {
                let ([object], [encoding, errors]) =
                    arguments.take(vm, "decode", ["encoding", "errors"])?;
                let (encoding, errors) = codec(vm, encoding, errors)?;
                let bytes = vm.bytes_value(&object).unwrap_or_default();
                vm.decode(&bytes, &encoding, &errors)
            }),
            method!("join", |vm, bytes, parts| join(vm, &bytes, &parts)),
        ],
    ),
];
