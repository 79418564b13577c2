//! Assignments to `__class__`.
//!
//! What refers to an object without counting counts on its class to keep the types that it
//! is made of (see [`info`](crate::types::info)). The attribute is replaced, when the first
//! type of an extension is made, by one that keeps the types for ever that an object
//! loses.

use crate::types::info::pin_lost;
use rustpython_vm::builtins::{PyGetSet, PyTypeRef};
use rustpython_vm::common::static_cell;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine, identifier};

static_cell! {
    /// The attribute that RustPython has.
    static ORIGINAL: PyObjectRef;
}

/// Prepares RustPython for the first type of an extension.
pub fn prepare(vm: &VirtualMachine) {
    let class = vm.ctx.types.object_type;
    let name = identifier!(vm, __class__);
    if let Some(original) = class.get_direct_attr(name)
        && ORIGINAL.set(original).is_ok()
    {
        let get = |object: PyObjectRef| -> PyTypeRef { object.class().to_owned() };
        let getset = PyGetSet::new("__class__", class, &vm.ctx);
        let getset = getset.with_get(get).with_set(set);
        let getset = PyRef::new_ref(getset, vm.ctx.types.getset_type.to_owned(), None);
        class.set_attr(name, getset.into());
    }
}

fn set(object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let original = ORIGINAL.get();
    let set_original = original.and_then(|original| original.class().slots().descr_set.load());
    let (Some(original), Some(set_original)) = (original, set_original) else {
        return Err(vm.new_system_error("object has no __class__"));
    };
    let before = object.class().to_owned();
    set_original(original, object.clone(), value, vm)?;
    let after = object.class().to_owned();
    if !after.is(&before) {
        let (old, new) = (before.mro.read(), after.mro.read());
        pin_lost(&old, &new);
    }
    Ok(())
}
