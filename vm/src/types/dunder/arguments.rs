//! The arguments of an attribute for a slot.

use num_traits::ToPrimitive;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Python's arguments, without the receiver.
pub(super) struct Arguments {
    /// The attribute's name.
    pub name: &'static str,
    /// What it was called with.
    pub args: FuncArgs,
}

impl Arguments {
    /// Exactly `N` positional arguments, in CPython's words otherwise
    /// (`check_num_args`).
    pub fn exactly<const N: usize>(self, vm: &VirtualMachine) -> PyResult<[PyObjectRef; N]> {
        let positional = self.positional(vm)?;
        let given = positional.len();
        positional.try_into().map_err(|_| {
            let plural = if N == 1 { "" } else { "s" };
            vm.new_type_error(format!("expected {N} argument{plural}, got {given}"))
        })
    }

    /// One or two positional arguments, as `wrap_ternaryfunc` parses them: its
    /// messages start where a name is missing.
    pub fn one_or_two(self, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
        let mut positional = self.positional(vm)?.into_iter();
        let given = positional.len();
        match (positional.next(), positional.next(), positional.next()) {
            (Some(first), second, None) => Ok((first, second.unwrap_or_else(|| vm.ctx.none()))),
            (None, ..) => Err(vm.new_type_error(" expected at least 1 argument, got 0")),
            _ => Err(vm.new_type_error(format!(" expected at most 2 arguments, got {given}"))),
        }
    }

    fn positional(self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        if self.args.kwargs.is_empty() {
            return Ok(self.args.args);
        }
        let message = format!("wrapper {}() takes no keyword arguments", self.name);
        Err(vm.new_type_error(message))
    }
}

/// An index or a count, as `PyNumber_AsSsize_t` with `OverflowError`.
pub(super) fn as_index(object: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    object.try_index(vm)?.as_bigint().to_isize().ok_or_else(|| {
        let class = object.class().name();
        vm.new_overflow_error(format!("cannot fit '{class}' into an index-sized integer"))
    })
}
