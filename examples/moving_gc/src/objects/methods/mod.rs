//! What builtin classes have in their dicts: constructors and methods.

mod containers;
mod exceptions;
mod numbers;
mod objects;
mod parameters;
mod text;
mod wrappers;

use crate::vm::Vm;

/// Fills the dicts of the builtin classes.
pub(super) fn install(vm: &Vm) {
    let tables = [
        objects::TABLES,
        numbers::TABLES,
        text::TABLES,
        containers::TABLES,
        exceptions::TABLES,
        wrappers::TABLES,
    ];
    for &(class, methods) in tables.into_iter().flatten() {
        let class = vm.builtin(class);
        let dict = vm.attributes_of(&class);
        for &(name, function) in methods {
            let is_static = name == "__new__";
            let is_class_method = matches!(name, "fromkeys" | "from_bytes" | "fromhex");
            let function = vm.function(name, function, &[], !is_static);
            if !is_class_method {
                vm.set_function_owner(&function, &class);
            }
            let function = match is_static || is_class_method {
                true => {
                    let kind = if is_static {
                        "staticmethod"
                    } else {
                        "classmethod"
                    };
                    let wrapper = vm.record(&vm.builtin(kind), 1, 0);
                    vm.record_set(&wrapper, 0, Some(&function));
                    wrapper
                }
                false => function,
            };
            vm.dict_set_str(&dict, name, &function);
        }
    }
}
