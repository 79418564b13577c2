//! Assignments to `__class__`.
//!
//! What refers to an object without counting counts on its class to keep the types that it
//! is made of (see [`info`](crate::types::info)). The attribute is replaced, when the first
//! type of an extension is made, by one that keeps the types for ever that an object
//! loses.

use crate::types::info::pin_lost;
use rustpython_vm::builtins::{PyGetSet, PyTypeRef};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine, identifier};
use std::sync::OnceLock;

/// Prepares RustPython for the first type of an extension.
pub fn prepare(vm: &VirtualMachine) {
    static PREPARED: OnceLock<()> = OnceLock::new();
    let class = vm.ctx.types.object_type;
    let name = identifier!(vm, __class__);
    let Some(original) = class.get_direct_attr(name) else {
        return;
    };
    let Some(set_original) = original.class().slots().descr_set.load() else {
        return;
    };
    if PREPARED.set(()).is_err() {
        return;
    }
    let get = |object: PyObjectRef| -> PyTypeRef { object.class().to_owned() };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        let before = object.class().to_owned();
        let done: PyResult<()> = set_original(&original, object.clone(), value, vm);
        let after = object.class().to_owned();
        if !after.is(&before) {
            let (old, new) = (before.mro.read(), after.mro.read());
            pin_lost(&old, &new);
        }
        done
    };
    let getset = PyGetSet::new("__class__", class, &vm.ctx);
    let getset = getset.with_get(get).with_set(set);
    let getset = PyRef::new_ref(getset, vm.ctx.types.getset_type.to_owned(), None);
    class.set_attr(name, getset.into());
}
