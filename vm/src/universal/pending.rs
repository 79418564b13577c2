//! Modules between their creation and their execution.
//!
//! The import system makes a module, enters it into `sys.modules`, and has it
//! executed: so its `HPy_mod_exec` slots may import what imports the module itself.
//! In between, this list knows what is left to do.

use crate::runtime::{RustPython, into_exception};
use hpy_loader::{Execution, Loader};
use rustpython_vm::builtins::{PyModule, PyWeak};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

static PENDING: PyMutex<Vec<Pending>> = PyMutex::new(Vec::new());

/// A module that was made and not executed. Whoever makes one and forgets it
/// (`importlib.util.module_from_spec`) is not to leave it here forever.
struct Pending {
    module: PyRef<PyWeak>,
    made: Made,
}

/// What is left to do, and by whom.
#[derive(Clone, Copy)]
pub struct Made {
    /// The loader of the module's mode.
    pub loader: &'static Loader<RustPython>,
    /// Its slots.
    pub execution: Execution,
}

impl Made {
    /// Runs the module's slots.
    pub fn execute(self, module: PyObjectRef, name: &str, vm: &VirtualMachine) -> PyResult {
        let executed = self.loader.execute_module(module, self.execution, name);
        executed.map_err(|error| into_exception(error, vm))
    }

    /// Leaves it to [`execute`].
    pub fn postpone(self, module: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        // What `HPy_mod_create` made has no slots, and need not have weak references.
        if module.downcastable::<PyModule>() {
            let module = module.downgrade(None, vm)?;
            let mut alive = Vec::new();
            let mut pending = PENDING.lock();
            pending.retain(|pending| match pending.module.upgrade() {
                // Its last reference may be this one, and is not to go under the lock.
                Some(module) => {
                    alive.push(module);
                    true
                }
                None => false,
            });
            pending.push(Pending { module, made: self });
        }
        Ok(())
    }
}

/// Executes a module, unless that has been done.
pub fn execute(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let mut seen = Vec::new();
    let made = {
        let mut pending = PENDING.lock();
        let position = pending.iter().position(|pending| {
            let alive = pending.module.upgrade();
            let found = alive.as_ref().is_some_and(|alive| alive.is(module));
            seen.extend(alive);
            found
        });
        position.map(|position| pending.swap_remove(position).made)
    };
    let Some(made) = made else { return Ok(()) };
    let name = module.get_attr("__name__", vm)?.str(vm)?;
    let module = module.to_owned().into();
    made.execute(module, &name.as_wtf8().to_string_lossy(), vm)
        .map(drop)
}
