//! What `gc.get_referents` says of instances.
//!
//! RustPython's collector takes every instance of a heap type to refer to its
//! class, and says so. In CPython that is up to `tp_traverse`, and the one of an
//! extension's type visits the fields of the native struct and nothing else. The
//! function is replaced, when the first type with `tp_traverse` is made, by one
//! that leaves the class out.

use crate::functions::define;
use crate::types::info::TypeInfo;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

/// Prepares RustPython for the first type with `tp_traverse`.
///
/// # Errors
///
/// If the module `gc` can't be imported.
pub fn prepare(vm: &VirtualMachine) -> PyResult<()> {
    static PREPARED: OnceLock<()> = OnceLock::new();
    if PREPARED.get().is_some() {
        return Ok(());
    }
    let doc = "Return the list of objects that are directly referred to by 'objs'.";
    let function = |vm: &VirtualMachine, args: FuncArgs, _: _| {
        if let Some(error) = args.check_kwargs_empty(vm) {
            return Err(error);
        }
        // The first argument is the module, which the function is bound to.
        let objects = args.args.into_iter().skip(1);
        let referents = objects.flat_map(referents).collect();
        Ok(vm.ctx.new_list(referents).into())
    };
    let gc = vm.import("gc", 0)?;
    let replacement = define("get_referents", Some(doc), PyMethodFlags::EMPTY, function);
    let replacement = replacement.build_bound_function(&vm.ctx, gc.clone());
    gc.set_attr("get_referents", replacement, vm)?;
    PREPARED.get_or_init(|| ());
    Ok(())
}

fn referents(object: PyObjectRef) -> Vec<PyObjectRef> {
    let mut referents = object.gc_get_referents();
    let class = object.class();
    if TypeInfo::of_class(class).is_some() {
        let mut all = referents.iter();
        let place = all.position(|referent| referent.is(class.as_object()));
        place.map(|place| referents.remove(place));
    }
    referents
}
