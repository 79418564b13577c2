//! What legacy types have of CPython's own API: slots, methods, attributes.
//!
//! The functions of slots get at RustPython's slots by the names of their attributes, as
//! those do that Python code assigns.

use super::dunder_table::LEGACY_DUNDERS;
use super::info::TypeInfo;
use super::{attributes, dunder};
use crate::capi::type_object::{self, Description, describe_by};
use crate::functions::legacy_descriptor;
use hpy_loader::spec::{LegacyGetSetDef, TypeDef};
use rustpython_vm::builtins::PyType;
use rustpython_vm::{AsObject, Py, PyResult, VirtualMachine};
use std::sync::Arc;

/// Puts it into the dict of a class, after all else.
///
/// # Errors
///
/// What assigning an attribute raises, to a class that can't be changed, say.
pub fn fill(info: &Arc<TypeInfo>, class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    describe_by(describe);
    // Each instance will point to it, and so the class is never freed.
    type_object::of(class);
    let legacy = &info.definition.legacy;
    let mut added = Vec::new();
    let filled = LEGACY_DUNDERS
        .iter()
        .filter(|dunder| (dunder.is_filled)(&legacy.slots));
    for dunder in filled {
        if added.contains(&dunder.name) {
            continue;
        }
        let (attribute, of) = dunder::legacy_attribute(info, dunder, class, vm);
        info.keep(of);
        // By assignment, which fills RustPython's slot.
        let name = vm.ctx.intern_str(dunder.name);
        class.as_object().set_attr(name, attribute, vm)?;
        added.push(dunder.name);
    }
    let (own, slots) = (&info.definition.slots, &legacy.slots);
    // As in `slots::compare_or_hash`.
    if slots.tp_richcompare.is_some() && slots.tp_hash.is_none() && own.tp_hash.is_none() {
        class.as_object().set_attr("__hash__", vm.ctx.none(), vm)?;
    }
    for index in 0..legacy.methods.len() {
        let method = &legacy.methods[index];
        let name = vm.ctx.intern_str(method.name.as_str());
        if method.coexists || !class.attributes().contains(name) {
            let (attribute, of) =
                legacy_descriptor(info.loader, &info.definition, index, class, vm);
            of.into_iter().for_each(|of| info.keep(of));
            class.set_attr(name, attribute);
        }
    }
    for index in 0..legacy.getsets.len() {
        let name = vm.ctx.intern_str(legacy.getsets[index].name.as_str());
        if !class.attributes().contains(name) {
            let all: fn(&TypeDef) -> &[LegacyGetSetDef] = |of| &of.legacy.getsets;
            class.set_attr(name, attributes::getset(info, (all, index), class, vm));
        }
    }
    Ok(())
}

/// The metaclass of a class, if it is a legacy type with a struct.
pub fn metaclass_of(class: &Py<PyType>) -> Option<&TypeInfo> {
    let metaclass = TypeInfo::nearest(class.as_object().class())?;
    (metaclass.definition.is_legacy() && metaclass.struct_size() > 0).then_some(metaclass)
}

fn describe(class: &Py<PyType>) -> Description {
    let own = TypeInfo::of_class(class);
    let nearest = TypeInfo::nearest(class).filter(|info| info.definition.is_legacy());
    Description {
        name: own.map(|info| info.definition.full_name.clone()),
        basicsize: nearest.map(TypeInfo::struct_size).filter(|&size| size > 0),
        own_size: metaclass_of(class).map_or(0, TypeInfo::struct_size),
    }
}
