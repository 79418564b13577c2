//! `tuple`, `list`, `dict`, `set`, `slice`, `range`, `memoryview` and iterators.

use super::parameters::{Parameters, Table, method};
use crate::heap::{Kind, Local};
use crate::objects::iterate::Yields;
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::runtime::CompareOp;

fn new_sequence(vm: &Vm, kind: Kind, arguments: Arguments) -> Result {
    let mut parameters = Parameters::new(vm, "sequence", arguments);
    let class = parameters.required()?;
    let items = match parameters.optional("") {
        Some(iterable) => vm.collect_items(&iterable)?,
        None => Vec::new(),
    };
    // What is left may be for the `__init__` of a subclass.
    vm.new_sequence_of(&class, kind, items.len(), items.iter())
}

fn position(vm: &Vm, sequence: &Local, wanted: &Local) -> Result<Option<usize>> {
    let mut index = 0;
    while let Some(item) = vm.item(sequence, index) {
        if vm.compare_bool(CompareOp::Eq, &item, wanted)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

fn count(vm: &Vm, arguments: Arguments) -> Result {
    let (sequence, wanted) = Parameters::one(vm, "count", arguments)?;
    let mut count = 0;
    for item in vm.items(&sequence).unwrap_or_default() {
        count += i64::from(vm.compare_bool(CompareOp::Eq, &item, &wanted)?);
    }
    Ok(vm.int(count))
}

fn index(vm: &Vm, arguments: Arguments) -> Result {
    let (sequence, wanted) = Parameters::one(vm, "index", arguments)?;
    match position(vm, &sequence, &wanted)? {
        Some(place) => Ok(vm.int(place as i64)),
        None => {
            let message = format!("{} is not in list", vm.repr(&wanted)?);
            Err(vm.error("ValueError", &message))
        }
    }
}

/// Three parts with Python's rule for one, two or three arguments.
fn parts(vm: &Vm, name: &'static str, arguments: Arguments) -> Result<[Option<Local>; 3]> {
    let mut parameters = Parameters::new(vm, name, arguments);
    parameters.required()?;
    let first = parameters.required()?;
    let (second, third) = (parameters.optional(""), parameters.optional(""));
    parameters.end()?;
    Ok(match second {
        None => [None, Some(first), None],
        Some(second) => [Some(first), Some(second), third],
    })
}

fn key_error(vm: &Vm, key: &Local) -> Local {
    vm.new_exception_object(&vm.builtin("KeyError"), std::slice::from_ref(key))
}

pub(super) const TABLES: &[Table] = &[
    (
        "tuple",
        &[
            ("__new__", |vm, _, arguments| {
                new_sequence(vm, Kind::Tuple, arguments)
            }),
            ("count", |vm, _, arguments| count(vm, arguments)),
            ("index", |vm, _, arguments| index(vm, arguments)),
        ],
    ),
    (
        "list",
        &[
            ("__new__", |vm, _, arguments| {
                // What the arguments mean is for `__init__` to say.
                let own_init = arguments
                    .positional
                    .first()
                    .is_some_and(|class| vm.lookup_own(class, "__init__").is_some());
                let arguments = match own_init {
                    true => arguments.positional[..1].to_vec().into(),
                    false => arguments,
                };
                new_sequence(vm, Kind::List, arguments)
            }),
            ("__init__", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "list", arguments);
                let list = parameters.required()?;
                if let Some(iterable) = parameters.optional("iterable") {
                    let items = vm.collect_items(&iterable)?;
                    vm.set_list_items(&list, &items)?;
                }
                parameters.end()?;
                Ok(vm.none())
            }),
            method!("append", |vm, list, item| {
                vm.list_append(&list, &item)?;
                Ok(vm.none())
            }),
            method!("extend", |vm, list, iterable| {
                for item in vm.collect_items(&iterable)? {
                    vm.list_append(&list, &item)?;
                }
                Ok(vm.none())
            }),
            ("insert", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "insert", arguments);
                let (list, index) = (parameters.required()?, parameters.required()?);
                let item = parameters.required()?;
                let index = vm.index_of(&index, "OverflowError")?;
                vm.list_insert_cut(&list, index, &item)?;
                Ok(vm.none())
            }),
            ("pop", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "pop", arguments);
                let list = parameters.required()?;
                let index = match parameters.optional("index") {
                    Some(index) => vm.index_of(&index, "IndexError")?,
                    None => -1,
                };
                let length = vm.sequence_len(&list);
                let place = if index < 0 {
                    index + length.cast_signed()
                } else {
                    index
                };
                let place = usize::try_from(place).ok().filter(|&place| place < length);
                let (Some(place), true) = (place, length > 0) else {
                    let message = match length {
                        0 => "pop from empty list",
                        _ => "pop index out of range",
                    };
                    return Err(vm.error("IndexError", message));
                };
                let item = vm.item(&list, place).unwrap_or_else(|| vm.none());
                vm.list_remove(&list, place);
                Ok(item)
            }),
            method!("remove", |vm, list, item| {
                match position(vm, &list, &item)? {
                    Some(place) => vm.list_remove(&list, place),
                    None => {
                        let message = "list.remove(x): x not in list";
                        return Err(vm.error("ValueError", message));
                    }
                }
                Ok(vm.none())
            }),
            method!("clear", |vm, list| {
                vm.set_list_items(&list, &[])?;
                Ok(vm.none())
            }),
            method!("copy", |vm, list| {
                Ok(vm.list(&vm.items(&list).unwrap_or_default()))
            }),
            ("count", |vm, _, arguments| count(vm, arguments)),
            ("index", |vm, _, arguments| index(vm, arguments)),
        ],
    ),
    (
        "dict",
        &[
            ("__new__", |vm, _, arguments| {
                let class = Parameters::new(vm, "dict", arguments).required()?;
                vm.new_table(&class, Kind::Dict)
            }),
            ("__init__", |vm, _, arguments| update(vm, arguments)),
            ("update", |vm, _, arguments| update(vm, arguments)),
            ("get", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "get", arguments);
                let (dict, key) = (parameters.required()?, parameters.required()?);
                let default = parameters.optional("default");
                let found = vm.dict_get(&dict, &key)?;
                Ok(found.or(default).unwrap_or_else(|| vm.none()))
            }),
            ("setdefault", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "setdefault", arguments);
                let (dict, key) = (parameters.required()?, parameters.required()?);
                let default = parameters.optional("default").unwrap_or_else(|| vm.none());
                match vm.dict_get(&dict, &key)? {
                    Some(value) => Ok(value),
                    None => {
                        vm.dict_set(&dict, &key, &default)?;
                        Ok(default)
                    }
                }
            }),
            ("pop", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "pop", arguments);
                let (dict, key) = (parameters.required()?, parameters.required()?);
                let default = parameters.optional("default");
                match vm.dict_remove(&dict, &key)?.or(default) {
                    Some(value) => Ok(value),
                    None => Err(key_error(vm, &key)),
                }
            }),
            method!("keys", |vm, dict| Ok(vm.iterator(&dict, Yields::Items))),
            method!("values", |vm, dict| {
                Ok(vm.iterator(&dict, Yields::Values))
            }),
            method!("items", |vm, dict| {
                Ok(vm.iterator(&dict, Yields::Entries))
            }),
            method!("copy", |vm, dict| {
                let copy = vm.dict();
                vm.dict_update(&copy, &dict)?;
                Ok(copy)
            }),
            method!("clear", |vm, dict| {
                vm.dict_clear(&dict)?;
                Ok(vm.none())
            }),
        ],
    ),
    (
        "set",
        &[
            ("__new__", |vm, _, arguments| new_set(vm, arguments)),
            method!("add", |vm, set, item| {
                vm.set_add(&set, &item)?;
                Ok(vm.none())
            }),
            method!("remove", |vm, set, item| {
                match vm.dict_remove(&set, &item)? {
                    Some(_) => Ok(vm.none()),
                    None => Err(key_error(vm, &item)),
                }
            }),
        ],
    ),
    (
        "frozenset",
        &[("__new__", |vm, _, arguments| new_set(vm, arguments))],
    ),
    (
        "slice",
        &[("__new__", |vm, _, arguments| {
            let parts = parts(vm, "slice", arguments)?;
            let [start, stop, step] = parts.map(|part| part.unwrap_or_else(|| vm.none()));
            Ok(vm.slice(&start, &stop, &step))
        })],
    ),
    (
        "range",
        &[("__new__", |vm, _, arguments| {
            let parts = parts(vm, "range", arguments)?;
            let mut numbers = [0, 0, 1];
            for (number, part) in numbers.iter_mut().zip(&parts) {
                if let Some(part) = part {
                    *number = vm.index_of(part, "OverflowError")? as i64;
                }
            }
            match numbers {
                [_, _, 0] => Err(vm.error("ValueError", "range() arg 3 must not be zero")),
                [start, stop, step] => Ok(vm.range(start, stop, step)),
            }
        })],
    ),
    (
        "iterator",
        &[method!("__next__", |vm, iterator| {
            match vm.next(&iterator)? {
                Some(item) => Ok(item),
                None => Err(vm.new_exception_object(&vm.builtin("StopIteration"), &[])),
            }
        })],
    ),
    (
        "memoryview",
        &[
            ("__new__", |vm, _, arguments| {
                let (_, object) = Parameters::one(vm, "memoryview", arguments)?;
                vm.memory_view(&object)
            }),
            method!("tobytes", |vm, view| {
                vm.new_scalar(&vm.builtin("bytes"), Kind::Bytes, &vm.view_bytes(&view)?)
            }),
            method!("tolist", |vm, view| {
                Ok(vm.list(&vm.collect_items(&view)?))
            }),
            ("release", |vm, _, arguments| {
                vm.release_view(&Parameters::none(vm, "release", arguments)?)?;
                Ok(vm.none())
            }),
            ("__enter__", |vm, _, arguments| {
                Parameters::none(vm, "__enter__", arguments)
            }),
            ("__exit__", |vm, _, arguments| {
                vm.release_view(&Parameters::new(vm, "__exit__", arguments).required()?)?;
                Ok(vm.none())
            }),
            ("__del__", |vm, _, arguments| {
                vm.release_view(&Parameters::none(vm, "__del__", arguments)?)?;
                Ok(vm.none())
            }),
        ],
    ),
];

fn new_set(vm: &Vm, arguments: Arguments) -> Result {
    let mut parameters = Parameters::new(vm, "set", arguments);
    let class = parameters.required()?;
    let items = match parameters.optional("") {
        Some(iterable) => vm.collect_items(&iterable)?,
        None => Vec::new(),
    };
    let set = vm.new_table(&class, Kind::Set)?;
    for item in items {
        vm.set_add(&set, &item)?;
    }
    Ok(set)
}

/// `dict.update`, and `dict(...)`.
fn update(vm: &Vm, arguments: Arguments) -> Result {
    let keywords = arguments.keywords.clone();
    let mut positional = arguments.positional.into_iter();
    let Some(dict) = positional.next() else {
        return Err(vm.error("TypeError", "update() needs an argument"));
    };
    if let Some(other) = positional.next() {
        if vm.heap.kind(&other) == Kind::Dict {
            vm.dict_update(&dict, &other)?;
        } else if let Some(keys) = vm.get_attr_optional(&other, "keys")? {
            let keys = vm.call(&keys, Vec::new().into())?;
            for key in vm.collect_items(&keys)? {
                let value = vm.get_item(&other, &key)?;
                vm.dict_set(&dict, &key, &value)?;
            }
        } else {
            for pair in vm.collect_items(&other)? {
                match &*vm.collect_items(&pair)? {
                    [key, value] => vm.dict_set(&dict, key, value)?,
                    pair => {
                        let message = format!(
                            "dictionary update sequence element has length {}; 2 is required",
                            pair.len()
                        );
                        return Err(vm.error("ValueError", &message));
                    }
                }
            }
        }
    }
    for (key, value) in keywords {
        vm.dict_set(&dict, &key, &value)?;
    }
    Ok(vm.none())
}
