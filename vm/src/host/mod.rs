//! RustPython as the host of extensions: what the VM keeps for them, and the loader.
//!
//! All else in this program stands on this module, and it knows nothing of them.
//!
//! - [`exceptions`] carries errors between RustPython and the loader.
//! - [`collector`] helps RustPython's collector.
//! - [`signatures`] knows what Python functions take.

pub mod collector;
mod exceptions;
pub mod signatures;

pub use exceptions::{attempt, attempt_object, into_exception};

use hpy_loader::Loader;
use rustc_hash::FxHashMap;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::common::static_cell;
use rustpython_vm::{Context, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

/// One owned reference to an object: what the loader calls a root.
pub type Root = PyObjectRef;

/// The virtual machine that extensions run in, and what it keeps for them.
pub struct RustPython {
    /// RustPython's types and constants, one set for the whole process.
    pub ctx: &'static Context,
    /// The class `contextvars.ContextVar`, once it was needed.
    pub context_var: OnceLock<PyObjectRef>,
    /// Code objects that reports may speak of, by address.
    pub codes: PyMutex<FxHashMap<usize, PyRef<PyCode>>>,
}

impl Default for RustPython {
    fn default() -> Self {
        Self {
            ctx: Context::genesis(),
            context_var: OnceLock::new(),
            codes: PyMutex::default(),
        }
    }
}

static_cell! {
    /// Of this thread, in a VM without threads.
    static LOADER: &'static Loader<RustPython>;
}

/// Makes the loader, or returns the one that is there. It is made by the first
/// import of an extension: a process that imports none pays nothing for it.
///
/// Two threads that come here first at the same time both make one, and the
/// slower one's is left behind unused. Waiting for each other instead could
/// keep the collector from stopping the world.
///
/// # Errors
///
/// `MemoryError` if the address space for the handles can't be reserved.
pub fn make_loader(vm: &VirtualMachine) -> PyResult<&'static Loader<RustPython>> {
    if let Some(loader) = LOADER.get() {
        return Ok(loader);
    }
    let loader = Loader::new(RustPython::default());
    let loader = loader.map_err(|error| vm.new_memory_error(error.to_string()))?;
    Ok(*LOADER.get_or_init(|| loader))
}

/// The loader that [`make_loader`] made. Whatever an extension has defined can
/// count on it.
pub fn loader() -> &'static Loader<RustPython> {
    LOADER
        .get()
        .expect("the loader is made before the first extension is loaded")
}
