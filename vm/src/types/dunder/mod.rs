//! The attributes that show slot functions to Python: `__add__`, `__len__` ...
//!
//! Each knows the type whose extension gave the function, so it runs that
//! function and no other, whatever the type of the object. The [table](super::dunder_table) says what
//! CPython's `slotdefs` says: which slot goes by which names, and how Python
//! arguments become C's. Where two slots go by the same name, the first in the
//! table that the type fills gets it.
//!
//! They are `method_descriptor`s, not `wrapper_descriptor`s as in CPython, whose
//! counterpart in RustPython can only hold a function that knows no type. (See
//! [`super::slots`] for why that is not enough.) `__init__` is one at least by its
//! `__class__`: an [`Initializer`].

mod wrappers;

use super::dunder_table::{DUNDERS, Dunder};
use super::info::{TypeInfo, Wrapper};
use crate::functions::{Initializer, define, slot_doc};
use hpy_loader::call::wrapper::WrapperCall;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{PyObjectRef, VirtualMachine};

/// The attributes of a type for the slots that its extension fills.
pub fn attributes(info: &'static TypeInfo, vm: &VirtualMachine) -> Vec<Wrapper> {
    let is_filled = |dunder: &&Dunder| (dunder.is_filled)(&info.definition.slots);
    let filled = DUNDERS.iter().filter(is_filled);
    let wrappers = filled.map(|dunder| Wrapper {
        dunder,
        key: vm.ctx.intern_str(dunder.name),
        attribute: attribute(info, dunder, vm),
    });
    wrappers.collect()
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
    let attribute = define(name, slot_doc(name), PyMethodFlags::METHOD, function);
    let attribute = attribute.build_method(&vm.ctx, info.class).into();
    match name {
        "__init__" => Initializer::wrap(attribute, info.class, vm),
        _ => attribute,
    }
}
