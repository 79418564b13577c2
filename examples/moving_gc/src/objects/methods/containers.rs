//! `tuple`, `list`, `dict`, `memoryview` and iterators.

use super::parameters::{Table, method};
use crate::heap::Kind;
use crate::vm::{Arguments, Result, Vm};

fn new_sequence(vm: &Vm, kind: Kind, arguments: Arguments) -> Result {
    // What follows may be for the `__init__` of a subclass.
    let ([class], [iterable]) = arguments.first(2).take(vm, "sequence", [""])?;
    let items = match iterable {
        Some(iterable) => vm.collect_items(&iterable)?,
        None => Vec::new(),
    };
    vm.new_sequence_of(&class, kind, items.len(), items.iter())
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
            ("__new__", |vm, _, arguments| {
                // What the arguments mean is for `__init__` to say.
                let class = arguments.positional.first();
                let own_init = class.and_then(|class| vm.lookup_own(class, "__init__"));
                let count = if own_init.is_some() { 1 } else { 2 };
                new_sequence(vm, Kind::List, arguments.first(count))
            }),
            ("__init__", |vm, _, arguments| {
                let ([list], [iterable]) = arguments.take(vm, "list", ["iterable"])?;
                if let Some(iterable) = iterable {
                    let items = vm.collect_items(&iterable)?;
                    vm.set_list_items(&list, &items)?;
                }
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
                let ([class], []) = arguments.first(1).take(vm, "dict", [])?;
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
            method!("__setitem__", |vm, dict, key, value| {
                vm.dict_set(&dict, &key, &value)?;
                Ok(vm.none())
            }),
            ("get", |vm, _, arguments| {
                let ([dict, key], [default]) = arguments.take(vm, "get", ["default"])?;
                let found = vm.dict_get(&dict, &key)?;
                Ok(found.or(default).unwrap_or_else(|| vm.none()))
            }),
        ],
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
            method!("__new__", |vm, _class, object| vm.memory_view(&object)),
            method!("tobytes", |vm, view| {
                vm.new_scalar(&vm.builtin("bytes"), Kind::Bytes, &vm.view_bytes(&view)?)
            }),
            method!("_read", |vm, view, place| {
                vm.read_view_item(&view, &place)
            }),
            method!("_write", |vm, view, place, bytes| {
                let bytes = vm.bytes_of(&bytes)?;
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
