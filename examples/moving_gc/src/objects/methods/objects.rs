//! `object`, `type`, `module`, `BaseException`, `classmethod` and `staticmethod`.

use super::parameters::{Table, method};
use crate::heap::{Kind, Reference};
use crate::vm::{Arguments, NativeFunction, Result, Vm};

pub(super) const TABLES: &[Table] = &[
    (
        "object",
        &[
            ("__new__", |vm, _, arguments| new(vm, arguments)),
            ("__init__", |vm, _, _| Ok(vm.none())),
            ("__init_subclass__", |vm, _, _| Ok(vm.none())),
            method!("__repr__", |vm, object| {
                let name = vm.qualified_name(&vm.class_of(&object));
                let identity = vm.heap.identity(&object);
                Ok(vm.str(&format!("<{name} object at {identity:#x}>")))
            }),
            method!("__str__", |vm, object| vm.repr_object(&object)),
            method!("__eq__", |vm, a, b| {
                Ok(if a.is(&b) {
                    vm.bool(true)
                } else {
                    vm.not_implemented()
                })
            }),
            method!("__hash__", |vm, object| {
                Ok(vm.int(vm.heap.identity(&object).cast_signed()))
            }),
            method!("__setattr__", |vm, object, name, value| {
                vm.generic_set_attr(&object, &vm.attribute_name(&name)?, Some(&value))?;
                Ok(vm.none())
            }),
            method!("__delattr__", |vm, object, name| {
                vm.generic_set_attr(&object, &vm.attribute_name(&name)?, None)?;
                Ok(vm.none())
            }),
            method!("__getattribute__", |vm, object, name| {
                let name = vm.attribute_name(&name)?;
                match vm.generic_get_attr(&object, &name)? {
                    Some(value) => Ok(value),
                    None => Err(vm.no_attribute(&object, &name)),
                }
            }),
        ],
    ),
    (
        "type",
        &[
            ("__new__", |vm, _, arguments| {
                let ([metaclass, name, bases, dict], []) =
                    arguments.first(4).take(vm, "type.__new__", [])?;
                let Some(name) = vm.text(&name) else {
                    let message = "type.__new__() argument 1 must be str";
                    return Err(vm.error("TypeError", message));
                };
                let bases = vm.items(&bases).unwrap_or_default();
                if vm.heap.kind(&dict) != Kind::Dict {
                    let message = "type.__new__() argument 3 must be dict";
                    return Err(vm.error("TypeError", message));
                }
                vm.type_new(&metaclass, &name, &bases, &dict)
            }),
            ("__init__", |vm, _, _| Ok(vm.none())),
            ("__call__", |vm, _, mut arguments| {
                if arguments.positional.is_empty() {
                    return Err(vm.error("TypeError", "type.__call__() needs an argument"));
                }
                let class = arguments.positional.remove(0);
                vm.instantiate(&class, arguments)
            }),
        ],
    ),
    (
        "module",
        &[("__new__", |vm, _, arguments| {
            let ([_, name], [_]) = arguments.take(vm, "module", ["doc"])?;
            Ok(vm.module(&vm.text(&name).unwrap_or_default()))
        })],
    ),
    (
        "BaseException",
        &[
            ("__new__", |vm, _, arguments| {
                match arguments.positional.split_first() {
                    Some((class, args)) => Ok(vm.new_exception_object(class, args)),
                    None => Err(vm.error("TypeError", "__new__(): not enough arguments")),
                }
            }),
            ("__init__", |vm, _, arguments| {
                if let Some((error, args)) = arguments.positional.split_first() {
                    vm.set_exception_args(error, &vm.tuple(args));
                }
                Ok(vm.none())
            }),
            method!("__str__", |vm, error| vm.exception_text(&error)),
        ],
    ),
    ("classmethod", WRAPPER),
    ("staticmethod", WRAPPER),
];

/// A wrapper around a function.
const WRAPPER: &[(&str, NativeFunction)] = &[method!("__new__", |vm, class, function| {
    Ok(vm.wrapper(&class, &function))
})];

/// `object.__new__`.
fn new(vm: &Vm, mut arguments: Arguments) -> Result {
    if arguments.positional.is_empty() {
        let message = "object.__new__(): not enough arguments";
        return Err(vm.error("TypeError", message));
    }
    let class = arguments.positional.remove(0);
    if vm.heap.kind(&class) != Kind::Type {
        let message = "object.__new__(X): X is not a type object";
        return Err(vm.error("TypeError", message));
    }
    let has_arguments = !arguments.positional.is_empty() || !arguments.keywords.is_empty();
    if has_arguments {
        let own_new = vm.lookup_own(&class, "__new__").is_some();
        let own_init = vm.lookup_own(&class, "__init__").is_some();
        if own_new || !own_init {
            let name = vm.class_name(&class);
            let message = match own_new {
                true => "object.__new__() takes exactly one argument \
                         (the type to instantiate)"
                    .to_owned(),
                false => format!("{name}() takes no arguments"),
            };
            return Err(vm.error("TypeError", &message));
        }
    }
    vm.new_empty_instance(&class)
}
