//! `tuple`, `list`, `dict`, `slice`, `range`, `memoryview` and iterators.

use super::parameters::{Parameters, Table, method};
use crate::heap::{Kind, Local};
use crate::vm::{Arguments, Result, Vm};

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

pub(super) const TABLES: &[Table] = &[
    (
        "tuple",
        &[
            ("__new__", |vm, _, arguments| {
                new_sequence(vm, Kind::Tuple, arguments)
            }),
            method!("__iter__", |vm, tuple| vm.iter(&tuple)),
        ],
    ),
    (
        "list",
        &[
            ("__new__", |vm, _, mut arguments| {
                // What the arguments mean is for `__init__` to say.
                let class = arguments.positional.first();
                if class.is_some_and(|class| vm.lookup_own(class, "__init__").is_some()) {
                    arguments.positional.truncate(1);
                }
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
            method!("__iter__", |vm, list| vm.iter(&list)),
            method!("append", |vm, list, item| {
                vm.list_append(&list, &item)?;
                Ok(vm.none())
            }),
        ],
    ),
    (
        "dict",
        &[
            ("__new__", |vm, _, arguments| {
                let class = Parameters::new(vm, "dict", arguments).required()?;
                vm.new_dict(&class)
            }),
            method!("__iter__", |vm, dict| vm.iter(&dict)),
            method!("__contains__", |vm, dict, key| {
                Ok(vm.bool(vm.dict_get(&dict, &key)?.is_some()))
            }),
            method!("__getitem__", |vm, dict, key| {
                let found = vm.dict_get(&dict, &key)?;
                found.ok_or_else(|| vm.key_error(&key))
            }),
            method!("__delitem__", |vm, dict, key| {
                let removed = vm.dict_remove(&dict, &key)?;
                removed.ok_or_else(|| vm.key_error(&key))
            }),
            ("__setitem__", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "__setitem__", arguments);
                let (dict, key) = (parameters.required()?, parameters.required()?);
                vm.dict_set(&dict, &key, &parameters.required()?)?;
                Ok(vm.none())
            }),
            ("get", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "get", arguments);
                let (dict, key) = (parameters.required()?, parameters.required()?);
                let default = parameters.optional("default");
                let found = vm.dict_get(&dict, &key)?;
                Ok(found.or(default).unwrap_or_else(|| vm.none()))
            }),
        ],
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
            method!("_read", |vm, view, place| {
                vm.read_view_item(&view, &place)
            }),
            ("_write", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "_write", arguments);
                let (view, place) = (parameters.required()?, parameters.required()?);
                let bytes = vm.bytes_of(&parameters.required()?)?;
                vm.write_view_item(&view, &place, &bytes)?;
                Ok(vm.none())
            }),
            method!("release", |vm, view| {
                vm.release_view(&view)?;
                Ok(vm.none())
            }),
            method!("__del__", |vm, view| {
                vm.release_view(&view)?;
                Ok(vm.none())
            }),
        ],
    ),
];
