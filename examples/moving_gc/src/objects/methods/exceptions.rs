//! `BaseException`, `ContextVar` and `module`.

use super::parameters::{Parameters, Table, method};
use crate::heap::Kind;
use crate::vm::{Arguments, Result, Vm};

pub(super) const TABLES: &[Table] = &[
    (
        "BaseException",
        &[
            ("__new__", |vm, function, arguments| {
                vm.exception_new(function, arguments)
            }),
            ("__init__", |vm, _, arguments| {
                let mut positional = arguments.positional;
                if !positional.is_empty() {
                    let error = positional.remove(0);
                    vm.set_exception_args(&error, &vm.tuple(&positional));
                }
                Ok(vm.none())
            }),
            method!("__str__", |vm, error| {
                Ok(vm.str(&vm.exception_text(&error)?))
            }),
            ("with_traceback", |vm, _, arguments| {
                Ok(Parameters::one(vm, "with_traceback", arguments)?.0)
            }),
        ],
    ),
    (
        "ContextVar",
        &[
            ("__new__", |vm, _, arguments| new_variable(vm, arguments)),
            ("get", |vm, _, arguments| {
                let mut parameters = Parameters::new(vm, "get", arguments);
                let variable = parameters.required()?;
                let default = parameters.optional("default");
                match vm.variable_get(&variable, default.as_ref()) {
                    Some(value) => Ok(value),
                    None => {
                        let class = vm.builtin("LookupError");
                        Err(vm.new_exception_object(&class, &[variable]))
                    }
                }
            }),
            method!("set", |vm, variable, value| {
                Ok(vm.variable_set(&variable, &value))
            }),
        ],
    ),
    (
        "module",
        &[("__new__", |vm, _, arguments| {
            let mut parameters = Parameters::new(vm, "module", arguments);
            parameters.required()?;
            let name = parameters.required()?;
            Ok(vm.module(&vm.text(&name).unwrap_or_default()))
        })],
    ),
];

fn new_variable(vm: &Vm, arguments: Arguments) -> Result {
    let mut parameters = Parameters::new(vm, "ContextVar", arguments);
    parameters.required()?;
    let name = parameters.required()?;
    if vm.heap.kind(&name) != Kind::Str {
        return Err(vm.error("TypeError", "context variable name must be a str"));
    }
    let default = parameters.optional("default");
    parameters.end()?;
    Ok(vm.context_variable(&name, default.as_ref()))
}
