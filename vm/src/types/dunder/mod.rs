//! The attributes that show slot functions to Python: `__add__`, `__len__` ...
//!
//! Each knows the type whose extension gave the function, so it runs that
//! function and no other, whatever the type of the object. The table says what
//! CPython's `slotdefs` says: which slot goes by which names, and how Python
//! arguments become C's. Where two slots go by the same name, the first in the
//! table that the type fills gets it.
//!
//! They are `method_descriptor`s, not `wrapper_descriptor`s as in CPython, whose
//! counterpart in RustPython can only hold a function that knows no type. (See
//! [`super::slots`] for why that is not enough.)

mod arguments;
mod kinds;
mod table;

use super::info::TypeInfo;
use crate::functions::descriptor;
use arguments::Arguments;
use hpy_loader::abi::Slots;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::SLOT_DEFS;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// One attribute for one slot.
struct Dunder {
    name: &'static str,
    /// Whether a type fills the slot.
    is_filled: fn(&Slots) -> bool,
    /// Calls the slot function of the type that the attribute belongs to.
    call: fn(&'static TypeInfo, PyObjectRef, Arguments, &VirtualMachine) -> PyResult,
}

/// The attributes of a type for the slots that its extension fills.
pub fn attributes(
    info: &'static TypeInfo,
    vm: &VirtualMachine,
) -> impl Iterator<Item = (&'static str, PyObjectRef)> {
    let filled = table::DUNDERS
        .iter()
        .filter(|dunder| (dunder.is_filled)(&info.definition.slots));
    filled.map(move |dunder| (dunder.name, attribute(info, dunder, vm)))
}

fn attribute(info: &'static TypeInfo, dunder: &'static Dunder, vm: &VirtualMachine) -> PyObjectRef {
    let name = dunder.name;
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        if args.args.is_empty() {
            let type_name = &info.definition.full_name;
            let message = format!("descriptor '{name}' of '{type_name}' object needs an argument");
            return Err(vm.new_type_error(message));
        }
        let receiver = args.args.remove(0);
        (dunder.call)(info, receiver, Arguments { name, args }, vm)
    };
    let doc = SLOT_DEFS
        .iter()
        .find(|slot| slot.name == name)
        .map(|slot| slot.doc);
    descriptor(name, doc, info.class, function, vm)
}
