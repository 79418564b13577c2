//! The dict of a type.

use super::construction::new_attribute;
use super::info::TypeInfo;
use super::{attributes, dunder};
use crate::functions::method_descriptor;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, VirtualMachine, identifier};

/// Puts everything there is into the dict, in CPython's order: what comes later
/// does not replace what is there (`type_ready_fill_dict`).
pub fn fill(info: &'static TypeInfo, vm: &VirtualMachine) {
    let TypeInfo {
        class,
        definition,
        loader,
        ..
    } = *info;
    let add = |name: &str, attribute: PyObjectRef| {
        let name = vm.ctx.intern_str(name);
        let is_new = !class.attributes().contains(name);
        if is_new {
            class.set_attr(name, attribute);
        }
        is_new
    };
    if let Some(function) = definition.slots.tp_new {
        add("__new__", new_attribute(info, function, vm));
    }
    let mut wrappers = dunder::attributes(info, vm);
    wrappers.retain(|wrapper| add(wrapper.dunder.name, wrapper.attribute.clone()));
    info.set_wrappers(wrappers);
    for method in &definition.methods {
        let descriptor = method_descriptor(loader, method, class, &definition.full_name, vm);
        add(&method.name, descriptor);
    }
    for member in &definition.members {
        add(&member.name, attributes::member(info, member, vm));
    }
    for getset in &definition.getsets {
        add(&getset.name, attributes::getset(info, getset, vm));
    }
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
