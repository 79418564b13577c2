//! What Python functions take, for calls that fit exactly.
//!
//! RustPython's interpreter calls a function of Python in one of two ways. The
//! general one, which `PyObject::vectorcall` takes, makes a frame object on the
//! heap. The other one, `invoke_exact_args`, has the frame on the interpreter's
//! own stack and takes less than half the time, but it is for the caller to make
//! sure that the arguments fit. The interpreter looks that up in the code object,
//! which is not public; Python's attributes are, and slow.
//!
//! So it is remembered here. Whenever a function's code or defaults are replaced
//! it gets a new version, a number that no other function has or had: what was
//! found out for a version is true for good.

use rustpython_vm::builtins::{PyCode, PyFunction};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::{AsObject, Py, VirtualMachine};
use std::sync::atomic::{AtomicU64, Ordering};

const PLACES: usize = 256;

/// A function that takes something else than a number of positional arguments.
const OTHER: u32 = u32::MAX;

/// A version in the upper half, and how many arguments that function takes in the
/// lower one. Versions start at 1.
pub(super) struct Signatures([AtomicU64; PLACES]);

impl Signatures {
    pub(super) const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }

    /// Whether `function` takes exactly `count` positional arguments and nothing
    /// else, and whether it would be called in the short way.
    #[inline]
    pub(super) fn fits(
        &self,
        function: &Py<PyFunction>,
        count: usize,
        vm: &VirtualMachine,
    ) -> bool {
        if vm.use_tracing.get() {
            return false;
        }
        let version = function.get_version_for_current_state();
        let place = &self.0[version as usize % PLACES];
        let known = place.load(Ordering::Relaxed);
        let takes = if known >> 32 == u64::from(version) && version != 0 {
            known as u32
        } else {
            let takes = look(function, vm);
            if version != 0 && version == function.func_version() {
                let fact = u64::from(version) << 32 | u64::from(takes);
                place.store(fact, Ordering::Relaxed);
            }
            takes
        };
        takes != OTHER && takes as usize == count
    }
}

/// Reads the function's code object.
#[cold]
fn look(function: &Py<PyFunction>, vm: &VirtualMachine) -> u32 {
    let Ok(code) = function.as_object().get_attr("__code__", vm) else {
        return OTHER;
    };
    let Some(code) = code.downcast_ref::<PyCode>() else {
        return OTHER;
    };
    let other = CodeFlags::VARARGS
        | CodeFlags::VARKEYWORDS
        | CodeFlags::GENERATOR
        | CodeFlags::COROUTINE
        | CodeFlags::ASYNC_GENERATOR;
    let flags = code.code.flags;
    if !flags.contains(CodeFlags::OPTIMIZED)
        || flags.intersects(other)
        || code.code.kwonlyarg_count != 0
    {
        return OTHER;
    }
    code.code.arg_count
}
