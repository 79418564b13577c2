//! RustPython's own native modules, of which some get functions of ours.

use rustpython_vm::Context;
use rustpython_vm::builtins::PyModuleDef;
use rustpython_vm::stdlib::builtin_module_defs;

/// A copy of the definition of RustPython's module `name`, which has to be changed and
/// leaked.
///
/// # Panics
///
/// If RustPython has no such module, which its version decides.
pub fn copy(name: &str, context: &Context) -> PyModuleDef {
    let original = builtin_module_defs(context)
        .into_iter()
        .find(|module| module.name.as_str() == name)
        .unwrap_or_else(|| panic!("RustPython has no native module {name}"));
    let mut module = PyModuleDef {
        name: original.name,
        doc: original.doc,
        methods: original.methods,
        slots: Default::default(),
    };
    module.slots.create = original.slots.create;
    module.slots.exec = original.slots.exec;
    module
}
