//! RustPython as a [`Runtime`](hpy_loader::runtime::Runtime).
//!
//! One file a chapter of the trait; the chapter on types lies in
//! [`crate::types`]. A root is a [`PyObjectRef`], a field holds the raw pointer
//! of one, and the virtual machine is whichever is current on the thread.
//!
//! RustPython raises `PyBaseExceptionRef`s, the loader wants any root: the
//! functions here carry errors across. The slot behind `sys.exc_info()` is never
//! touched on the way. The pending HPy error lives in the loader, and an
//! exception gets its context and traceback when it leaves a native function as
//! any other does.

mod calls;
mod containers;
mod copies;
mod errors;
mod frames;
mod latest;
mod leaf_tuple;
mod modules;
mod numbers;
mod objects;
mod pending;
mod roots;
mod signatures;
mod text;
mod type_names;

use copies::Copies;
use hpy_loader::Loader;
use hpy_loader::handles::ReserveError;
use latest::Latest;
use pending::PendingModules;
use rustc_hash::FxHashMap;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::common::static_cell;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{Context, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use signatures::Signatures;
use std::fmt::Debug;
use std::sync::OnceLock;

pub use errors::into_exception;
pub use pending::{Made, execute};

/// The virtual machine that extensions run in, and what it keeps for them.
pub struct RustPython {
    /// RustPython's types and constants, one set for the whole process.
    ctx: &'static Context,
    /// What Python functions take.
    signatures: Signatures,
    /// NUL-terminated copies of text that C has asked for.
    copies: PyMutex<Copies>,
    /// Some of them, for a quick look.
    latest: Latest,
    /// The class `contextvars.ContextVar`, once it was needed.
    context_var: OnceLock<PyObjectRef>,
    /// Code objects that reports may speak of, by address.
    codes: PyMutex<FxHashMap<usize, PyRef<PyCode>>>,
    /// Modules that are made and not yet executed.
    pending: PendingModules,
}

impl Default for RustPython {
    fn default() -> Self {
        Self {
            ctx: Context::genesis(),
            signatures: Signatures::new(),
            copies: PyMutex::default(),
            latest: Latest::new(),
            context_var: OnceLock::new(),
            codes: PyMutex::default(),
            pending: PendingModules::default(),
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
/// If the address space for the handles can't be reserved.
pub fn make_loader() -> Result<&'static Loader<RustPython>, ReserveError> {
    if let Some(loader) = LOADER.get() {
        return Ok(loader);
    }
    let loader = Loader::new(RustPython::default())?;
    Ok(*LOADER.get_or_init(|| loader))
}

/// The loader that [`make_loader`] made. Whatever an extension has defined can
/// count on it.
pub fn loader() -> &'static Loader<RustPython> {
    LOADER
        .get()
        .expect("the loader is made before the first extension is loaded")
}

/// Runs an operation of RustPython's as one of the trait's.
#[inline(always)]
fn attempt<T>(operation: impl FnOnce(&VirtualMachine) -> PyResult<T>) -> Result<T, PyObjectRef> {
    with_current_vm(operation).map_err(PyObjectRef::from)
}

/// As [`attempt`], for an operation whose result is an object.
fn attempt_object<T: Into<PyObjectRef>>(
    operation: impl FnOnce(&VirtualMachine) -> PyResult<T>,
) -> Result<PyObjectRef, PyObjectRef> {
    attempt(operation).map(Into::into)
}

/// A new instance of the payload's own class, which has no `__dict__`. As `into_ref`
/// makes it, which asks for the `__dict__`, and hands the payload on by memory.
#[inline(always)]
fn new_plain<T: PyPayload + Debug>(payload: T, ctx: &Context) -> PyObjectRef {
    PyRef::new_ref(payload, T::class(ctx).to_owned(), None).into()
}
