//! From RustPython's arguments to those of an HPy call.

use hpy_loader::call::CallArgs;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Arguments as C gets them: the keywords behind the positional ones.
#[inline]
pub fn call_args(args: FuncArgs, vm: &VirtualMachine) -> CallArgs<PyObjectRef> {
    let FuncArgs {
        args: mut values,
        kwargs,
    } = args;
    if kwargs.is_empty() {
        return CallArgs::positional(values);
    }
    let mut names = Vec::with_capacity(kwargs.len());
    for (name, value) in kwargs {
        // Most names of keywords are names in some program.
        names.push(match vm.ctx.interned_str(&*name) {
            Some(interned) => interned.to_owned().into(),
            None => vm.ctx.new_str(name).into(),
        });
        values.push(value);
    }
    let count = names.len();
    CallArgs::with_keywords(values, vm.ctx.new_tuple(names).into(), count)
}

/// Keywords as `tp_new` and `tp_init` get them: a dict, or nothing.
pub fn keyword_dict(kwargs: KwArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if kwargs.is_empty() {
        return Ok(None);
    }
    let dict: PyDictRef = vm.ctx.new_dict();
    for (name, value) in kwargs {
        dict.set_item(&*name, value, vm)?;
    }
    Ok(Some(dict.into()))
}
