//! Classes that Python code derives from types of extensions, and attributes that
//! it assigns.
//!
//! RustPython fills the slots of a class by the names in the dicts, with functions
//! that call the attributes. For attributes of ours this is a detour, and
//! sometimes wrong: two slots may go by one name, and a mapping's `__getitem__`
//! would make the class a sequence too. So when a class is made, and when an
//! attribute of one changes, the slots are gone through once more, after CPython's
//! rules ([`by_name`](super::slots)). While the class is being made, which includes
//! `__set_name__` and `__init_subclass__`, the detour is what there is.
//!
//! Both are noticed in the slots of `type`, which are replaced when the first type
//! of an extension is made. Metaclasses inherit them.

use super::dunder_table::DUNDERS;
use super::info::{TypeInfo, forget_known, pin_lost};
use super::shapes::New;
use super::slots::{self, Attributes};
use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::class::add_operators;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::SLOT_DEFS;
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};
use std::collections::HashMap;
use std::ptr::fn_addr_eq;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

/// RustPython's type of the slot `setattro`.
type SetAttribute = fn(&PyObject, &Py<PyStr>, PySetterValue, &VirtualMachine) -> PyResult<()>;

/// What the slots of `type` held.
struct Originals {
    new: New,
    set_attribute: SetAttribute,
}

static ORIGINALS: OnceLock<Originals> = OnceLock::new();

fn originals(vm: &VirtualMachine) -> PyResult<&'static Originals> {
    let missing = || vm.new_system_error("the slots of 'type' have been replaced by nobody");
    ORIGINALS.get().ok_or_else(missing)
}

/// Prepares RustPython for the first type of an extension.
pub fn prepare(vm: &VirtualMachine) {
    let class = vm.ctx.types.type_type;
    let slots = class.slots();
    let (Some(new), Some(set_attribute)) = (slots.new.load(), slots.setattro.load()) else {
        return;
    };
    let originals = Originals { new, set_attribute };
    // The second time, what the slots hold is ours.
    if !fn_addr_eq(new, new_class as New) && ORIGINALS.set(originals).is_ok() {
        replace(class, new, set_attribute);
        renew_attributes(class, vm);
    }
}

/// Makes `type.__setattr__` and `type.__delattr__` anew, which hold the function
/// that the slot held when they were made.
fn renew_attributes(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let names = SLOT_DEFS.iter().map(|slot| vm.ctx.intern_str(slot.name));
    let absent = names.filter(|name| class.get_direct_attr(name).is_none());
    let absent: Vec<_> = absent.collect();
    for name in ["__setattr__", "__delattr__"] {
        class.attributes().remove(vm.ctx.intern_str(name));
    }
    // It adds what is missing for all slots, inherited ones too.
    add_operators(class, &vm.ctx, &[]);
    for name in absent {
        class.attributes().remove(name);
    }
    class.modified();
}

/// Replaces what a metaclass and those derived from it have inherited.
fn replace(class: &Py<PyType>, new: New, set_attribute: SetAttribute) {
    let slots = class.slots();
    if slots.new.load().is_some_and(|slot| fn_addr_eq(slot, new)) {
        slots.new.store(Some(new_class));
    }
    let set = slots.setattro.load();
    if set.is_some_and(|slot| fn_addr_eq(slot, set_attribute)) {
        slots.setattro.store(Some(set_class_attribute));
    }
    for_each_subclass(class, &mut |class| replace(class, new, set_attribute));
}

/// A list of subclasses that is shorter is not looked through.
const SHORT: usize = 64;

/// At which length the list of subclasses is looked through next, by the address of the
/// base.
static NEXT_LOOK: LazyLock<Mutex<HashMap<usize, usize>>> = LazyLock::new(Mutex::default);

/// Takes the dead ones out of the list of subclasses that each base of a new class has,
/// where RustPython leaves them until somebody asks for `__subclasses__`. A list is looked
/// through whenever it has doubled, so that each class pays for few others.
pub fn forget_dead_subclasses(class: &Py<PyType>) {
    for base in class.bases.read().as_slice() {
        let length = base.subclasses.read().len();
        let mut next_look = NEXT_LOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let address = std::ptr::from_ref::<Py<PyType>>(base).addr();
        if length < next_look.get(&address).copied().unwrap_or(SHORT) {
            continue;
        }
        let mut alive = Vec::with_capacity(length);
        base.subclasses.write().retain(|class| {
            let class = class.upgrade();
            let is_alive = class.is_some();
            alive.extend(class);
            is_alive
        });
        next_look.insert(address, 2 * alive.len().max(SHORT / 2));
        // Nothing is locked when these are dropped.
        drop(next_look);
        drop(alive);
    }
}

fn for_each_subclass(class: &Py<PyType>, action: &mut dyn FnMut(&Py<PyType>)) {
    let subclasses = class.subclasses.read();
    let alive = subclasses
        .iter()
        .filter_map(|class| class.upgrade()?.downcast::<PyType>().ok());
    let alive: Vec<_> = alive.collect();
    drop(subclasses);
    alive.iter().for_each(|class| action(class));
}

/// The slot `new` of `type`.
fn new_class(metaclass: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let class = (originals(vm)?.new)(metaclass, args, vm)?;
    if let Some(class) = class.downcast_ref::<PyType>()
        && TypeInfo::of_class(class).is_none()
    {
        connect(class, Attributes::all(class, &vm.ctx));
    }
    Ok(class)
}

/// The slot `setattro` of `type`.
fn set_class_attribute(
    class: &PyObject,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let set = originals(vm)?.set_attribute;
    let Some(class) = class.downcast_ref::<PyType>() else {
        return set(class, name, value, vm);
    };
    if name.as_bytes() == b"__bases__" {
        let old = class.mro.read().clone();
        set(class.as_object(), name, value, vm)?;
        forget_known();
        pin_lost(&old, &class.mro.read());
        reconnect(class, None, vm);
        return Ok(());
    }
    set(class.as_object(), name, value, vm)?;
    let name = name.as_bytes();
    if name.starts_with(b"__")
        && let Some(dunder) = DUNDERS.iter().find(|dunder| dunder.name.as_bytes() == name)
    {
        reconnect(class, Some(dunder.name), vm);
    }
    Ok(())
}

/// Goes through the slots of a class and of all that derive from it, or through
/// those that go by one name.
fn reconnect(class: &Py<PyType>, name: Option<&'static str>, vm: &VirtualMachine) {
    if let Some(info) = TypeInfo::of_class(class) {
        info.offer(class);
    }
    match name {
        Some(name) => connect(class, Attributes::one(class, name, &vm.ctx)),
        None => connect(class, Attributes::all(class, &vm.ctx)),
    }
    for_each_subclass(class, &mut |class| reconnect(class, name, vm));
}

/// Goes through the slots of one class.
fn connect(class: &Py<PyType>, attributes: Attributes<'_>) {
    let is_native = |class: &PyTypeRef| TypeInfo::of_class(class).is_some();
    if attributes.is_empty() || !class.mro.read().iter().any(is_native) {
        return;
    }
    let info = TypeInfo::of_class(class);
    let mut effective = info.map_or_else(Default::default, |info| *info.effective.get());
    slots::connect(class, &attributes, &mut effective);
    if let Some(info) = info {
        info.effective.replace(effective);
    }
}
