//! Hashes of bound builtin methods.
//!
//! In RustPython two objects that `[].append` makes of one list are equal, and hash by
//! their addresses. CPython's hash is of the object and the function
//! (`meth_hash` in `Objects/methodobject.c`).

use rustpython_vm::builtins::PyModule;
use rustpython_vm::common::hash::{PyHash, fix_sentinel, hash_object_id};
use rustpython_vm::{AsObject, Context, PyObject, PyResult, VirtualMachine};

/// Gives `builtin_function_or_method` a hash that agrees with its equality.
pub fn mend_hash(ctx: &Context) {
    let class = ctx.types.builtin_function_or_method_type;
    class.slots.hash.store(Some(hash));
}

fn hash(function: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let receiver = function.get_attr("__self__", vm)?;
    // A function of a module is made once.
    if vm.is_none(&receiver) || receiver.downcast_ref::<PyModule>().is_some() {
        return Ok(hash_object_id(function.get_id()));
    }
    let name = function.get_attr("__name__", vm)?.hash(vm)?;
    Ok(fix_sentinel(hash_object_id(receiver.get_id()) ^ name))
}
