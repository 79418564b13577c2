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
//! [`super::slots`] for why that is not enough.) `__init__` is one at least by its
//! `__class__`: an [`Initializer`].

mod table;
mod wrappers;

use super::info::TypeInfo;
use crate::functions::{Initializer, descriptor};
use crate::host::RustPython;
use hpy_loader::abi::Slots;
use hpy_loader::call::wrapper::WrapperCall;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::SLOT_DEFS;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// One attribute for one slot.
pub struct Dunder {
    /// The attribute's name.
    pub name: &'static str,
    /// The slot's name.
    pub slot: &'static str,
    /// Whether a type fills the slot.
    is_filled: fn(&Slots) -> bool,
    /// The name of another slot that the function fills in subclasses, or nothing.
    pub twin: &'static str,
    /// Copies what subclasses inherit from the second table to the first.
    pub offer: fn(&mut Slots, &Slots),
    /// Calls the slot function of the type that the attribute belongs to.
    call: fn(&Slots, WrapperCall<'_, RustPython, VirtualMachine>) -> PyResult,
}

/// The attributes of a type for the slots that its extension fills.
pub fn attributes(
    info: &'static TypeInfo,
    vm: &VirtualMachine,
) -> impl Iterator<Item = (&'static Dunder, PyObjectRef)> {
    let filled = table::DUNDERS
        .iter()
        .filter(|dunder| (dunder.is_filled)(&info.definition.slots));
    filled.map(move |dunder| (dunder, attribute(info, dunder, vm)))
}

/// The name as one of an attribute for a slot.
pub fn name(name: &[u8]) -> Option<&'static str> {
    let mut dunders = table::DUNDERS.iter();
    let dunder = dunders.find(|dunder| dunder.name.as_bytes() == name);
    dunder.map(|dunder| dunder.name)
}

/// The names by which a slot goes.
pub fn names_of(slot: &str) -> impl Iterator<Item = &'static str> {
    let dunders = table::DUNDERS.iter();
    dunders
        .filter(move |dunder| dunder.slot == slot)
        .map(|dunder| dunder.name)
}

fn attribute(info: &'static TypeInfo, dunder: &'static Dunder, vm: &VirtualMachine) -> PyObjectRef {
    let name = dunder.name;
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        if args.args.is_empty() {
            let type_name = &info.definition.full_name;
            let message = format!("descriptor '{name}' of '{type_name}' object needs an argument");
            return Err(vm.new_type_error(message));
        }
        let this = args.args.remove(0);
        let call = WrapperCall {
            vm,
            loader: info.loader,
            name,
            this,
            args: args.args,
            keywords: args.kwargs,
        };
        (dunder.call)(&info.definition.slots, call)
    };
    let doc = SLOT_DEFS
        .iter()
        .find(|slot| slot.name == name)
        .map(|slot| slot.doc);
    let attribute = descriptor(name, doc, info.class, function, vm);
    match name {
        "__init__" => Initializer::wrap(attribute, info.class, vm),
        _ => attribute,
    }
}
