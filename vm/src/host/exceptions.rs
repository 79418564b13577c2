//! Exceptions, from RustPython to the loader and back.
//!
//! RustPython raises a `PyBaseExceptionRef`, the loader wants any root: the functions
//! here carry errors across. The slot behind `sys.exc_info()` is never touched on
//! the way. The pending HPy error lives in the loader, and an exception gets its
//! context and traceback when it leaves a native function as any other does.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// The exception that a method of the runtime failed with. All of them are
/// exceptions; anything else is a mistake of ours, which becomes a `SystemError`.
pub fn into_exception(error: PyObjectRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    error.downcast().unwrap_or_else(|object| {
        vm.new_system_error(format!("{} raised as an exception", object.class().name()))
    })
}

/// Runs an operation of RustPython's as one of the trait's.
#[inline(always)]
pub fn attempt<T>(
    operation: impl FnOnce(&VirtualMachine) -> PyResult<T>,
) -> Result<T, PyObjectRef> {
    with_current_vm(operation).map_err(PyObjectRef::from)
}

/// As [`attempt`], for an operation whose result is an object.
pub fn attempt_object<T: Into<PyObjectRef>>(
    operation: impl FnOnce(&VirtualMachine) -> PyResult<T>,
) -> Result<PyObjectRef, PyObjectRef> {
    attempt(operation).map(Into::into)
}
