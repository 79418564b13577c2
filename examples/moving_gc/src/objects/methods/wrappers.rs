//! `classmethod`, `staticmethod` and `property`.

use super::parameters::{Parameters, Table};
use crate::vm::{Arguments, Result, Vm};

/// A wrapper around functions: as many as it has parameters.
fn new(vm: &Vm, names: &[&str], arguments: Arguments) -> Result {
    let mut parameters = Parameters::new(vm, "wrapper", arguments);
    let class = parameters.required()?;
    let wrapper = vm.record(&class, names.len(), 0);
    for (index, name) in names.iter().enumerate() {
        let part = parameters.optional(name);
        vm.record_set(&wrapper, index, part.as_ref());
    }
    parameters.end()?;
    Ok(wrapper)
}

/// A copy of a property with another function in one place.
fn replaced(vm: &Vm, index: usize, arguments: Arguments) -> Result {
    let (old, function) = Parameters::one(vm, "property", arguments)?;
    let new = vm.record(&vm.class_of(&old), 4, 0);
    for part in 0..4 {
        vm.record_set(&new, part, vm.record_get(&old, part).as_ref());
    }
    vm.record_set(&new, index, Some(&function));
    Ok(new)
}

pub(super) const TABLES: &[Table] = &[
    (
        "classmethod",
        &[("__new__", |vm, _, arguments| {
            new(vm, &["function"], arguments)
        })],
    ),
    (
        "staticmethod",
        &[("__new__", |vm, _, arguments| {
            new(vm, &["function"], arguments)
        })],
    ),
    (
        "property",
        &[
            ("__new__", |vm, _, arguments| {
                new(vm, &["fget", "fset", "fdel", "doc"], arguments)
            }),
            ("setter", |vm, _, arguments| replaced(vm, 1, arguments)),
            ("deleter", |vm, _, arguments| replaced(vm, 2, arguments)),
        ],
    ),
];
