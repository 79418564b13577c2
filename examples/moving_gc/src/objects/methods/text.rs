//! `str` and `bytes`.

use super::parameters::{Parameters, Table, method};
use crate::heap::{Kind, Local, Reference};
use crate::vm::{Arguments, Result, Vm};

fn text_of(vm: &Vm, object: &Local) -> Result<String> {
    vm.text(object).ok_or_else(|| {
        let message = format!("must be str, not {}", vm.type_name_for(object));
        vm.error("TypeError", &message)
    })
}

/// What to split at.
fn separator_of(vm: &Vm, object: &Local) -> Result<String> {
    let separator = text_of(vm, object)?;
    match separator.is_empty() {
        true => Err(vm.error("ValueError", "empty separator")),
        false => Ok(separator),
    }
}

fn encoding_and_errors(vm: &Vm, parameters: &mut Parameters<'_>) -> Result<(String, String)> {
    let encoding = parameters.optional("encoding");
    let errors = parameters.optional("errors");
    let text = |object: Option<Local>, default: &str| match object {
        Some(object) => text_of(vm, &object),
        None => Ok(default.to_owned()),
    };
    Ok((text(encoding, "utf-8")?, text(errors, "strict")?))
}

fn affix(vm: &Vm, arguments: Arguments, test: fn(&[u8], &[u8]) -> bool) -> Result {
    let (object, affix) = Parameters::one(vm, "startswith", arguments)?;
    let content = |object: &Local| vm.heap.with_bytes(object, <[u8]>::to_vec);
    let affixes = match vm.heap.kind(&affix) {
        Kind::Tuple => vm.items(&affix).unwrap_or_default(),
        _ => vec![affix],
    };
    for affix in affixes {
        if vm.heap.kind(&affix) != vm.heap.kind(&object) {
            let message = "startswith first arg must be str or a tuple of str";
            return Err(vm.error("TypeError", message));
        }
        if test(&content(&object), &content(&affix)) {
            return Ok(vm.bool(true));
        }
    }
    Ok(vm.bool(false))
}

fn map(vm: &Vm, arguments: Arguments, change: fn(&str) -> String) -> Result {
    let object = Parameters::none(vm, "str method", arguments)?;
    Ok(vm.str(&change(&text_of(vm, &object)?)))
}

fn strip(
    vm: &Vm,
    arguments: Arguments,
    change: fn(&str, &dyn Fn(char) -> bool) -> String,
) -> Result {
    let mut parameters = Parameters::new(vm, "strip", arguments);
    let object = parameters.required()?;
    let chars = parameters
        .optional("chars")
        .filter(|chars| !vm.is_none(chars));
    let text = text_of(vm, &object)?;
    let chars = match chars {
        Some(chars) => Some(text_of(vm, &chars)?),
        None => None,
    };
    let is_stripped = |c: char| match &chars {
        Some(chars) => chars.contains(c),
        None => c.is_whitespace(),
    };
    Ok(vm.str(&change(&text, &is_stripped)))
}

fn find(vm: &Vm, arguments: Arguments, find: fn(&str, &str) -> Option<usize>) -> Result<i64> {
    let (object, part) = Parameters::one(vm, "find", arguments)?;
    let (text, part) = (text_of(vm, &object)?, text_of(vm, &part)?);
    let place = find(&text, &part).map(|place| text[..place].chars().count() as i64);
    Ok(place.unwrap_or(-1))
}

pub(super) const TABLES: &[Table] = &[
    (
        "str",
        &[
            ("__new__", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "str", arguments);
                let class = parameters.required()?;
                let object = parameters.optional("object");
                let decodes = parameters.positional.len() + parameters.keywords.len() > 0;
                let (encoding, errors) = encoding_and_errors(vm, &mut parameters)?;
                parameters.end()?;
                let text = match object {
                    None => vm.str(""),
                    Some(object) if decodes => vm.decode_object(&object, &encoding, &errors)?,
                    Some(object) => vm.str_object(&object)?,
                };
                if class.is(&vm.builtin("str")) {
                    return Ok(text);
                }
                vm.str_of(&class, &vm.code_points(&text).unwrap_or_default())
            }),
            ("encode", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "encode", arguments);
                let object = parameters.required()?;
                let (encoding, errors) = encoding_and_errors(vm, &mut parameters)?;
                parameters.end()?;
                let bytes = vm.encode(&object, &encoding, &errors)?;
                vm.new_scalar(&vm.builtin("bytes"), Kind::Bytes, &bytes)
            }),
            ("startswith", |vm, _, arguments| {
                affix(vm, arguments, |all, part| all.starts_with(part))
            }),
            ("endswith", |vm, _, arguments| {
                affix(vm, arguments, |all, part| all.ends_with(part))
            }),
            ("upper", |vm, _, arguments| {
                map(vm, arguments, str::to_uppercase)
            }),
            ("lower", |vm, _, arguments| {
                map(vm, arguments, str::to_lowercase)
            }),
            ("strip", |vm, _, arguments| {
                strip(vm, arguments, |text, is| text.trim_matches(is).to_owned())
            }),
            ("lstrip", |vm, _, arguments| {
                strip(vm, arguments, |text, is| {
                    text.trim_start_matches(is).to_owned()
                })
            }),
            ("rstrip", |vm, _, arguments| {
                strip(vm, arguments, |text, is| {
                    text.trim_end_matches(is).to_owned()
                })
            }),
            ("find", |vm, _, arguments| {
                Ok(vm.int(find(vm, arguments, |text, part| text.find(part))?))
            }),
            method!("partition", |vm, object, separator| {
                let (text, separator) = (text_of(vm, &object)?, separator_of(vm, &separator)?);
                let parts = text.split_once(&*separator);
                let parts = parts.map_or([&text, "", ""], |(head, tail)| [head, &separator, tail]);
                Ok(vm.tuple(&parts.map(|part| vm.str(part))))
            }),
            method!("rpartition", |vm, object, separator| {
                let (text, separator) = (text_of(vm, &object)?, separator_of(vm, &separator)?);
                let parts = text.rsplit_once(&*separator);
                let parts = parts.map_or(["", "", &text], |(head, tail)| [head, &separator, tail]);
                Ok(vm.tuple(&parts.map(|part| vm.str(part))))
            }),
            ("index", |vm, _, arguments| {
                match find(vm, arguments, |text, part| text.find(part))? {
                    -1 => Err(vm.error("ValueError", "substring not found")),
                    place => Ok(vm.int(place)),
                }
            }),
            method!("count", |vm, object, part| {
                let (text, part) = (text_of(vm, &object)?, text_of(vm, &part)?);
                Ok(vm.int(text.matches(&*part).count() as i64))
            }),
            ("replace", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "replace", arguments);
                let object = parameters.required()?;
                let (old, new) = (parameters.required()?, parameters.required()?);
                let count = parameters.optional("count");
                parameters.end()?;
                let (text, old, new) = (
                    text_of(vm, &object)?,
                    text_of(vm, &old)?,
                    text_of(vm, &new)?,
                );
                let count = match count {
                    Some(count) => vm.index_of(&count, "OverflowError")?,
                    None => -1,
                };
                Ok(vm.str(&match usize::try_from(count) {
                    Ok(count) => text.replacen(&*old, &new, count),
                    Err(_) => text.replace(&*old, &new),
                }))
            }),
            ("split", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "split", arguments);
                let object = parameters.required()?;
                let separator = parameters.optional("sep").filter(|sep| !vm.is_none(sep));
                let count = parameters.optional("maxsplit");
                parameters.end()?;
                let text = text_of(vm, &object)?;
                let count = match count {
                    Some(count) => usize::try_from(vm.index_of(&count, "OverflowError")?).ok(),
                    None => None,
                };
                let parts: Vec<Local> = match (separator, count) {
                    (Some(separator), count) => {
                        let separator = separator_of(vm, &separator)?;
                        let parts = text.splitn(count.map_or(usize::MAX, |n| n + 1), &*separator);
                        parts.map(|part| vm.str(part)).collect()
                    }
                    (None, _) => text.split_whitespace().map(|part| vm.str(part)).collect(),
                };
                Ok(vm.list(&parts))
            }),
            ("splitlines", |vm, _, arguments| {
                let text = text_of(vm, &Parameters::none(vm, "splitlines", arguments)?)?;
                let lines: Vec<Local> = text.lines().map(|line| vm.str(line)).collect();
                Ok(vm.list(&lines))
            }),
            method!("join", |vm, object, iterable| {
                let separator = vm.code_points(&object).unwrap_or_default();
                let mut points = Vec::new();
                for (place, item) in vm.collect_items(&iterable)?.iter().enumerate() {
                    if place > 0 {
                        points.extend_from_slice(&separator);
                    }
                    match vm.code_points(item) {
                        Some(item) => points.extend(item),
                        None => {
                            let message = format!(
                                "sequence item {place}: expected str instance, {} found",
                                vm.type_name_for(item)
                            );
                            return Err(vm.error("TypeError", &message));
                        }
                    }
                }
                vm.str_of(&vm.builtin("str"), &points)
            }),
        ],
    ),
    (
        "bytes",
        &[
            ("__new__", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "bytes", arguments);
                let class = parameters.required()?;
                let object = parameters.optional("source");
                let encodes = parameters.positional.len() + parameters.keywords.len() > 0;
                let (encoding, errors) = encoding_and_errors(vm, &mut parameters)?;
                parameters.end()?;
                let bytes = match object {
                    None => Vec::new(),
                    Some(object) if encodes => vm.encode(&object, &encoding, &errors)?,
                    Some(object) if vm.int_value(&object).is_some() => {
                        let count = vm.index_of(&object, "OverflowError")?;
                        match usize::try_from(count) {
                            Ok(count) if count <= vm.heap.capacity() => vec![0; count],
                            Ok(_) => return Err(vm.memory_error()),
                            Err(_) => return Err(vm.error("ValueError", "negative count")),
                        }
                    }
                    Some(object) if vm.heap.kind(&object) == Kind::Str => {
                        let message = "string argument without an encoding";
                        return Err(vm.error("TypeError", message));
                    }
                    Some(object) => vm.bytes_of(&object)?,
                };
                vm.new_scalar(&class, Kind::Bytes, &bytes)
            }),
            ("decode", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "decode", arguments);
                let object = parameters.required()?;
                let (encoding, errors) = encoding_and_errors(vm, &mut parameters)?;
                parameters.end()?;
                let bytes = vm.bytes_value(&object).unwrap_or_default();
                vm.decode(&bytes, &encoding, &errors)
            }),
            ("startswith", |vm, _, arguments| {
                affix(vm, arguments, |all, part| all.starts_with(part))
            }),
            ("endswith", |vm, _, arguments| {
                affix(vm, arguments, |all, part| all.ends_with(part))
            }),
            method!("join", |vm, object, iterable| {
                let separator = vm.bytes_value(&object).unwrap_or_default();
                let mut parts = Vec::new();
                for item in vm.collect_items(&iterable)? {
                    parts.push(vm.bytes_of(&item)?);
                }
                vm.new_scalar(&vm.builtin("bytes"), Kind::Bytes, &parts.join(&*separator))
            }),
        ],
    ),
];
