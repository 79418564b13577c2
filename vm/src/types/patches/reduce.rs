//! Pickling methods of types.
//!
//! `pickle.dumps(T.method)` asks the method for the class and the name. RustPython
//! looks for the class among the builtins, where an extension's is not; the method
//! is replaced, when the first type of an extension is made, by one that takes the
//! class that the method belongs to, as CPython's `descr_reduce` does.

use crate::functions::define;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::descriptor::PyMethodDescriptor;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use std::sync::OnceLock;

/// Prepares RustPython for the first type of an extension.
pub fn prepare(vm: &VirtualMachine) {
    static PREPARED: OnceLock<()> = OnceLock::new();
    if PREPARED.set(()).is_err() {
        return;
    }
    let class = vm.ctx.types.method_descriptor_type;
    let reduce = |vm: &VirtualMachine, args: FuncArgs, _: _| {
        let method = args.args.first();
        let Some(method) = method.and_then(|method| method.downcast_ref::<PyMethodDescriptor>())
        else {
            return Err(vm.new_type_error("__reduce__() needs a method"));
        };
        let getattr = vm.builtins.get_attr("getattr", vm)?;
        let class = method.common.typ.to_owned().into();
        let name = vm.ctx.new_str(method.common.name.as_wtf8()).into();
        let place = vm.ctx.new_tuple(vec![class, name]);
        Ok(vm.ctx.new_tuple(vec![getattr, place.into()]).into())
    };
    let reduce = define("__reduce__", None, PyMethodFlags::METHOD, reduce);
    let reduce = reduce.build_method(&vm.ctx, class);
    class.set_attr(vm.ctx.intern_str("__reduce__"), reduce.into());
}
