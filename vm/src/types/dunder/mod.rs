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

use super::dunder_table::{Dunder, LegacyDunder};
use super::info::TypeInfo;
use crate::functions::{Definition, Initializer, MethodDescriptor, slot_doc};
use crate::host::RustPython;
use hpy_loader::call::wrapper::WrapperCall;
use hpy_loader::spec::TypeDef;
use rustpython_vm::builtins::PyType;
use rustpython_vm::function::{Callee, FuncArgs, PyMethodFlags};
use rustpython_vm::object::PyThreadingConstraint;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// The attribute of a type for a slot that its extension fills, and what it was made from.
pub fn attribute(
    info: &TypeInfo,
    dunder: &'static Dunder,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Definition) {
    let call = |of: &TypeDef, call: Call<'_>| (dunder.call)(&of.slots, call);
    make(info, dunder.name, call, class, vm)
}

/// The same for a slot of CPython's own API.
pub fn legacy_attribute(
    info: &TypeInfo,
    dunder: &'static LegacyDunder,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Definition) {
    let call = |of: &TypeDef, call: Call<'_>| (dunder.call)(&of.legacy.slots, call);
    make(info, dunder.name, call, class, vm)
}

type Call<'a> = WrapperCall<'a, RustPython, VirtualMachine>;

fn make(
    info: &TypeInfo,
    name: &'static str,
    call: impl Fn(&TypeDef, Call<'_>) -> PyResult + PyThreadingConstraint + 'static,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Definition) {
    let (loader, of) = (info.loader, info.definition.clone());
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _: Callee| {
        if args.args.is_empty() {
            let type_name = &of.full_name;
            let message = format!("descriptor '{name}' of '{type_name}' object needs an argument");
            return Err(vm.new_type_error(message));
        }
        let this = args.args.remove(0);
        let wrapper_call = WrapperCall {
            vm,
            loader,
            name,
            this,
            args: args.args,
            keywords: args.kwargs,
        };
        call(&of, wrapper_call)
    };
    let definition = Definition::new(name, slot_doc(name), PyMethodFlags::METHOD, function);
    let attribute = MethodDescriptor::make(&definition, class, vm);
    let attribute = match name {
        "__init__" => Initializer::wrap(attribute, class, vm),
        _ => attribute,
    };
    (attribute, definition)
}
