//! Modules between their creation and their execution.
//!
//! The import system makes a module, enters it into `sys.modules`, and has it
//! executed: so its `HPy_mod_exec` slots may import what imports the module itself.
//! In between, a list knows what is left to do.

use crate::host::{RustPython, into_exception};
use hpy_loader::{Execution, Loader};
use rustpython_vm::builtins::{PyModule, PyWeak};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::common::static_cell;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

static_cell! {
    /// The modules that wait. Of this thread, in a VM without threads.
    static PENDING: PyMutex<Vec<Pending>>;
}

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
            add(Pending { module, made: self });
        }
        Ok(())
    }
}

// A look at a module may hold its last reference, which is not to go under the lock:
// so both functions keep all that they look at until they have let go of it.

fn add(module: Pending) {
    let mut alive = Vec::new();
    let mut modules = PENDING.get_or_init(PyMutex::default).lock();
    modules.retain(|module| {
        let upgraded = module.module.upgrade();
        let is_alive = upgraded.is_some();
        alive.extend(upgraded);
        is_alive
    });
    modules.push(module);
}

fn take(module: &Py<PyModule>) -> Option<Made> {
    let mut seen = Vec::new();
    let mut modules = PENDING.get()?.lock();
    let position = modules.iter().position(|pending| {
        let alive = pending.module.upgrade();
        let is_it = alive.as_ref().is_some_and(|alive| alive.is(module));
        seen.extend(alive);
        is_it
    });
    position.map(|position| modules.swap_remove(position).made)
}

/// Executes a module, unless that has been done.
pub fn execute(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(made) = take(module) else {
        return Ok(());
    };
    let name = module.get_attr("__name__", vm)?.str(vm)?;
    let module = module.to_owned().into();
    let executed = made.execute(module, &name.as_wtf8().to_string_lossy(), vm);
    executed.map(drop)
}
