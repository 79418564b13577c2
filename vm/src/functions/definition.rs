//! RustPython's method definitions, made at run time.

use rustpython_vm::VirtualMachine;
use rustpython_vm::function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags, PyNativeFn};
use rustpython_vm::types::SLOT_DEFS;

/// A definition that is never freed. What is built of it says how it is bound: the
/// function gets what it is bound to as its first argument.
///
/// RustPython builds its own at compile time, from functions without a state;
/// the field for the function takes any reference that lives as long.
pub(super) fn define_static(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: &'static dyn PyNativeFn,
) -> &'static PyMethodDef {
    let doc = doc.map_or(ItemDoc::NONE, ItemDoc::static_text);
    let placeholder = |vm: &VirtualMachine, _: FuncArgs, _| Ok(vm.ctx.none());
    let mut definition = PyMethodDef::new_raw_const(name, placeholder, flags, doc);
    definition.func = function;
    Box::leak(Box::new(definition))
}

/// The same for a closure.
pub fn define(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: impl PyNativeFn,
) -> &'static PyMethodDef {
    define_static(name, doc, flags, Box::leak(Box::new(function)))
}

/// What Python says of a slot that goes by this name.
pub fn slot_doc(name: &str) -> Option<&'static str> {
    let mut slots = SLOT_DEFS.iter();
    slots.find(|slot| slot.name == name).map(|slot| slot.doc)
}
