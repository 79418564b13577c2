//! What Python functions take, for calls that fit exactly.
//!
//! RustPython's interpreter calls a function of Python in one of two ways. The
//! general one, which `PyObject::vectorcall` takes, makes a frame object on the
//! heap. The other one, `invoke_exact_args`, has the frame on the interpreter's
//! own stack and takes less than half the time, but it is for the caller to make
//! sure that the arguments fit. The interpreter looks that up in the code object,
//! which is not public; Python's attributes are, and slow.
//!
//! Keywords are for that way if each of them names a parameter: their values are put
//! where the parameters are.
//!
//! So it is remembered here. Whenever a function's code or defaults are replaced
//! it gets a new version, a number that no other function has or had: what was
//! found out for a version is true for good.

use rustpython_vm::builtins::{PyCode, PyFunction, PyStr, PyStrInterned};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

const PLACES: usize = 256;

/// A function that takes something else than a number of positional arguments.
const OTHER: u32 = u32::MAX;

/// A version in the upper half, and how many arguments that function takes in the
/// lower one. Versions start at 1.
pub struct Signatures([AtomicU64; PLACES]);

impl Signatures {
    pub const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }

    /// Whether `function` takes exactly `count` positional arguments and nothing
    /// else, and whether it would be called in the short way.
    #[inline]
    pub fn fits(&self, function: &Py<PyFunction>, count: usize, vm: &VirtualMachine) -> bool {
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

/// The parameters of functions that were called with keywords, on each thread.
const NAMED: usize = 16;

thread_local! {
    static PARAMETERS: RefCell<[Parameters; NAMED]> = const {
        RefCell::new([const { Parameters { version: 0, first: 0, names: Vec::new() } }; NAMED])
    };
}

/// The names of a function's parameters.
struct Parameters {
    version: u32,
    /// The first one that can be given by its name.
    first: usize,
    names: Vec<&'static PyStrInterned>,
}

impl Parameters {
    /// Those of a function that [fits](Signatures::fits).
    #[cold]
    fn new(function: &Py<PyFunction>, version: u32, vm: &VirtualMachine) -> Option<Self> {
        let code = code(function, vm)?;
        let names = code.code.varnames.iter().copied();
        Some(Self {
            version,
            first: code.code.posonlyarg_count as usize,
            names: names.take(code.code.arg_count as usize).collect(),
        })
    }

    /// The arguments in the order of the parameters, each of which has one.
    fn arrange(&self, args: &[&PyObjectRef], names: &[PyObjectRef]) -> Option<Vec<PyObjectRef>> {
        let count = args.len().checked_sub(names.len())?;
        if args.len() != self.names.len() || count < self.first {
            return None;
        }
        let mut arranged: Vec<PyObjectRef> = args.iter().map(|&arg| arg.clone()).collect();
        let (parameters, mut taken) = (&self.names[count..], 0_u64);
        for (name, &value) in names.iter().zip(&args[count..]) {
            let place = position(parameters, name)?;
            taken |= 1_u64.checked_shl(place.try_into().ok()?)?;
            arranged[count + place] = value.clone();
        }
        (taken.count_ones() as usize == names.len()).then_some(arranged)
    }
}

/// The parameter that a keyword means. Nearly every name of a keyword is interned.
#[inline]
fn position(parameters: &[&'static PyStrInterned], name: &PyObject) -> Option<usize> {
    let same = |parameter: &&PyStrInterned| parameter.as_object().is(name);
    let found = parameters.iter().position(same);
    found.or_else(|| {
        let name = name.downcast_ref::<PyStr>()?.as_wtf8();
        let equal = |parameter: &&PyStrInterned| parameter.as_wtf8() == name;
        parameters.iter().position(equal)
    })
}

impl Signatures {
    /// The arguments of a call with keywords in the order of the function's
    /// parameters, if each parameter gets one and the function would be called in
    /// the short way.
    pub fn arrange(
        &self,
        function: &Py<PyFunction>,
        args: &[&PyObjectRef],
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<Vec<PyObjectRef>> {
        if !self.fits(function, args.len(), vm) {
            return None;
        }
        let version = function.func_version();
        PARAMETERS.with_borrow_mut(|all| {
            let known = &mut all[version as usize % NAMED];
            if known.version != version || version == 0 {
                *known = Parameters::new(function, version, vm)?;
            }
            known.arrange(args, names)
        })
    }
}

fn code(function: &Py<PyFunction>, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
    let code = function.as_object().get_attr("__code__", vm).ok()?;
    code.downcast().ok()
}

/// Reads the function's code object.
#[cold]
fn look(function: &Py<PyFunction>, vm: &VirtualMachine) -> u32 {
    let Some(code) = code(function, vm) else {
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
