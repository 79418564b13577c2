//! `int.from_bytes`, which makes instances of subclasses.
//!
//! RustPython's knows only its own payload and refuses a class with a native
//! struct. It is replaced, when the first type of the shape `int` is made, by one
//! that does for such a class what CPython's does for every subclass: it makes an
//! `int` and calls the class with it.

use crate::functions::define;
use crate::types::shapes::Shaped;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{PyResult, VirtualMachine};
use std::sync::OnceLock;

/// Prepares RustPython for the first type of the shape `int`, which is `shaped`.
pub fn prepare(shaped: &'static Shaped, vm: &VirtualMachine) {
    static PREPARED: OnceLock<()> = OnceLock::new();
    let int = vm.ctx.types.int_type;
    let name = vm.ctx.intern_str("from_bytes");
    let Some(original) = int.get_direct_attr(name) else {
        return;
    };
    if PREPARED.set(()).is_err() {
        return;
    }
    let doc = "Return the integer represented by the given array of bytes.";
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _: _| -> PyResult {
        let class = args.args.first().cloned();
        let native = class.filter(|class| {
            class
                .downcast_ref()
                .is_some_and(|class| shaped.lays_out(class))
        });
        let Some(class) = native else {
            return original.call(args, vm);
        };
        args.args[0] = int.to_owned().into();
        let value = original.call(args, vm)?;
        class.call((value,), vm)
    };
    let replacement = define("from_bytes", Some(doc), PyMethodFlags::CLASS, function);
    int.set_attr(name, replacement.build_classmethod(&vm.ctx, int).into());
}
