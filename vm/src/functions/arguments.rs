//! From RustPython's arguments to those of an HPy call.

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Arguments in the vectorcall form: positional values, then the values of the
/// keywords that the tuple `names` lists.
pub struct Keywords {
    /// All values.
    pub values: Vec<PyObjectRef>,
    /// The tuple of the keywords' names, and how many there are.
    pub names: Option<(PyObjectRef, usize)>,
}

impl Keywords {
    /// Appends the keywords to the positional arguments.
    #[inline]
    pub fn new(args: FuncArgs, vm: &VirtualMachine) -> Self {
        let FuncArgs {
            args: mut values,
            kwargs,
        } = args;
        let names = (!kwargs.is_empty()).then(|| {
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
            (vm.ctx.new_tuple(names).into(), count)
        });
        Self { values, names }
    }
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
