//! The dict of a type.

use super::construction::new_attribute;
use super::dunder_table::DUNDERS;
use super::info::{Attributes, TypeInfo, Wrapper};
use super::{attributes, dunder};
use crate::functions::method_descriptor;
use hpy_loader::spec::{GetSetDef, TypeDef};
use rustpython_vm::builtins::PyType;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{Py, PyObjectRef, VirtualMachine, identifier};
use std::sync::Arc;

/// Puts everything there is into the dict, in CPython's order: what comes later
/// does not replace what is there (`type_ready_fill_dict`).
pub fn fill(info: &Arc<TypeInfo>, class: &Py<PyType>, vm: &VirtualMachine) {
    let definition = &*info.definition;
    let add = |name: &str, attribute: PyObjectRef| {
        let name = vm.ctx.intern_str(name);
        let is_new = !class.attributes().contains(name);
        if is_new {
            class.set_attr(name, attribute);
        }
        is_new
    };
    let mut added = Attributes::default();
    if definition.slots.tp_new.is_some() {
        let (attribute, of) = new_attribute(info, class, vm);
        added.definitions.push(of);
        add("__new__", attribute);
    }
    for dunder in DUNDERS
        .iter()
        .filter(|dunder| (dunder.is_filled)(&definition.slots))
    {
        let (attribute, of) = dunder::attribute(info, dunder, class, vm);
        if add(dunder.name, attribute) {
            added.wrappers.push(Wrapper {
                dunder,
                key: vm.ctx.intern_str(dunder.name),
                definition: of.address(),
            });
        }
        added.definitions.push(of);
    }
    for index in 0..definition.methods.len() {
        let (attribute, of) = method_descriptor(info.loader, &info.definition, index, class, vm);
        added.definitions.push(of);
        add(&definition.methods[index].name, attribute);
    }
    for index in 0..definition.members.len() {
        let name = &definition.members[index].name;
        add(name, attributes::member(info, index, class, vm));
    }
    for index in 0..definition.getsets.len() {
        let name = &definition.getsets[index].name;
        let all: fn(&TypeDef) -> &[GetSetDef] = |of| &of.getsets;
        add(name, attributes::getset(info, (all, index), class, vm));
    }
    info.set_attributes(added, class);
    let doc = definition.doc.as_deref();
    let doc = doc.map(|doc| without_signature(definition.name(), doc));
    add("__doc__", doc.to_pyobject(vm));
    if let Some(module) = definition.module() {
        class.set_attr(identifier!(vm, __module__), vm.ctx.new_str(module).into());
    }
}

/// A docstring may start with the signature; `__text_signature__` has it then
/// (`_PyType_DocWithoutSignature` in CPython).
fn without_signature<'a>(name: &str, doc: &'a str) -> &'a str {
    const END: &str = ")\n--\n\n";
    let signature = doc.strip_prefix(name).filter(|rest| rest.starts_with('('));
    let end = signature.and_then(|signature| signature.find(END));
    match (signature, end) {
        (Some(signature), Some(end)) => &signature[end + END.len()..],
        _ => doc,
    }
}

#[cfg(test)]
mod tests {
    use super::without_signature;

    #[test]
    fn a_signature_is_not_part_of_the_docstring() {
        assert_eq!(without_signature("T", "T(x)\n--\n\nA thing."), "A thing.");
        assert_eq!(
            without_signature("T", "T(x) is a thing."),
            "T(x) is a thing."
        );
        assert_eq!(
            without_signature("T", "Tail(x)\n--\n\nText."),
            "Tail(x)\n--\n\nText."
        );
    }
}
