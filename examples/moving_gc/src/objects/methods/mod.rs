//! What builtin classes have in their dicts: the constructors, and those methods that need
//! Rust. The VM's language adds the others.

mod containers;
mod objects;
mod parameters;
mod text;

use super::function::OWNER;
use crate::vm::Vm;

/// Fills the dicts of the builtin classes.
pub(super) fn install(vm: &Vm) {
    let tables = [objects::TABLES, text::TABLES, containers::TABLES];
    for &(class, methods) in tables.into_iter().flatten() {
        let class = vm.builtin(class);
        let dict = vm.attributes_of(&class);
        for &(name, function) in methods {
            let is_new = name == "__new__";
            let mut function = vm.function(name, function, &[], !is_new);
            vm.heap.set(&function, OWNER, &class);
            if is_new {
                function = vm.static_method(&function);
            }
            vm.dict_set_str(&dict, name, &function);
        }
    }
}
