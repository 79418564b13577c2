//! The module `hpy.universal`, as hpy 0.9.0 has it on CPython.

pub mod debug;
mod frames;
mod mode;
mod pending;
mod shown;
pub mod trace;

pub use mode::{asks_for_reports, warn_of_names};
pub use pending::execute;

use crate::capi::C_API;
use crate::host::{into_exception, make_loader};
use hpy_loader::library::{Cause, ExceptionKind, Library, LoadError};
use hpy_loader::modes::{Hook, Mode};
use mode::choose_mode;
use pending::Made;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr, PyStrRef, PyTypeRef};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::path::Path;

/// The version of HPy that we speak, and the revision that it was made from.
const VERSION: (&str, &str) = ("0.9.0", "f611473");

/// The class of the errors that HPy's loader raises as a `RuntimeError`. Here it
/// is an `ImportError` as well, so that `except ImportError` around an import
/// works, and `name` and `path` are there.
fn new_load_error_class(vm: &VirtualMachine) -> PyTypeRef {
    let exceptions = &vm.ctx.exceptions;
    let bases = vec![
        exceptions.import_error.to_owned(),
        exceptions.runtime_error.to_owned(),
    ];
    vm.ctx
        .new_exception_type("hpy.universal", "LoadError", Some(bases))
}

/// That class, which the module `hpy.universal` has made and keeps.
fn load_error_class(vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    let names = vm.new_tuple(("LoadError",));
    let module = vm.import_from("hpy.universal", names, 0)?;
    module.get_attr("LoadError", vm)?.try_into_value(vm)
}

/// The exception for a file that can't be loaded.
fn load_error(error: &LoadError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if let Cause::NonAsciiName { leaf, start, end } = error.cause() {
        return vm.new_unicode_encode_error(
            vm.ctx.new_str("ascii"),
            vm.ctx.new_str(leaf.as_str()),
            *start,
            *end,
            vm.ctx.new_str("ordinal not in range(128)"),
        );
    }
    let raise = || -> PyResult<PyBaseExceptionRef> {
        let class = match error.exception() {
            ExceptionKind::RuntimeError => load_error_class(vm)?,
            _ => vm.ctx.exceptions.import_error.to_owned(),
        };
        let text = vm.ctx.new_str(error.to_string()).into();
        let exception = vm.invoke_exception(&class, vec![text])?;
        let object = exception.as_object();
        object.set_attr("name", vm.ctx.new_str(error.name()), vm)?;
        object.set_attr("path", vm.fsdecode(error.path().as_os_str()), vm)?;
        Ok(exception)
    };
    raise().unwrap_or_else(|other| other)
}

/// Opens a universal binary and makes its module, which is to be executed.
fn create(
    name: &str,
    path: &PyObject,
    spec: PyObjectRef,
    mode: Mode,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, Made)> {
    let Some(path) = path.downcast_ref::<PyStr>() else {
        let class = path.class().name().to_owned();
        return Err(vm.new_type_error(format!("path must be str, not {class}")));
    };
    let path = vm.fsencode(path)?.into_owned();
    let loader = make_loader(vm)?;
    // Loading may take long, and runs no Python code.
    // SAFETY: importing a file is to trust it, in any Python.
    let library = vm.allow_threads(|| unsafe { Library::open_for(name, Path::new(&path), C_API) });
    let library = library.map_err(|error| load_error(&error, vm))?;
    let loader = loader.in_mode(mode, name);
    if library.is_hybrid() {
        loader.admit_hybrid();
    }

    let _entered = loader.lock().enter(loader.runtime());
    // SAFETY: the context is whole, is of the version that the library has just
    // been checked for, and lives forever. There is but one.
    unsafe { library.init_global_context(loader.context()) };
    // SAFETY: the file is trusted to be built as HPy prescribes.
    let definition = unsafe { library.init() }.map_err(|error| load_error(&error, vm))?;
    // SAFETY: `init` returned the definition, and the global context is ours.
    let made = unsafe { loader.create_module(definition.as_ref(), spec, name) };
    let (module, execution) = made.map_err(|error| into_exception(error, vm))?;
    Ok((module, Made { loader, execution }))
}

/// The same at once with its execution, as HPy's own loader does it: for who asks
/// for a file, and not for a module by its name.
fn load(
    name: &str,
    path: &PyObject,
    spec: PyObjectRef,
    mode: Mode,
    vm: &VirtualMachine,
) -> PyResult {
    let (module, made) = create(name, path, spec, mode, vm)?;
    made.execute(module, name, vm)
}

/// Sets the function of Python that a mode calls. `expected` says in the error what it
/// has to be.
fn set_hook(
    hook: &Hook,
    function: Option<PyObjectRef>,
    expected: &str,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if function.iter().any(|function| !function.is_callable()) {
        return Err(vm.new_type_error(format!("Expected {expected}")));
    }
    make_loader(vm)?.set_hook(hook, function);
    Ok(())
}

/// Makes the module for an import: `path` is the spec's origin. The import system
/// has it executed later.
pub fn import_module(spec: PyObjectRef, path: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name: PyStrRef = spec.get_attr("name", vm)?.try_into_value(vm)?;
    let environment = vm.import("os", 0)?.get_attr("environ", vm)?;
    let name = name.to_string();
    let mode = choose_mode(&name, &environment, vm)?;
    let (module, made) = create(&name, &path, spec, mode, vm)?;
    made.postpone(&module, vm)?;
    Ok(module)
}

#[rustpython_vm::pymodule(name = "hpy.universal")]
pub mod hpy_universal {
    use super::mode::note_name;
    use super::{Mode, VERSION, choose_mode, new_load_error_class};
    use crate::host::make_loader;
    use rustpython_vm::builtins::{PyModule, PyStrRef, PyTypeRef};
    use rustpython_vm::function::ArgIntoBool;
    use rustpython_vm::{FromArgs, Py, PyObjectRef, PyResult, VirtualMachine};

    #[pyattr]
    const MODE_UNIVERSAL: i32 = Mode::Universal as i32;
    #[pyattr]
    const MODE_DEBUG: i32 = Mode::Debug as i32;
    #[pyattr]
    const MODE_TRACE: i32 = Mode::Trace as i32;

    #[pyattr(name = "LoadError")]
    fn load_error(vm: &VirtualMachine) -> PyTypeRef {
        new_load_error_class(vm)
    }

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        for (attribute, name) in [("_debug", "hpy._debug"), ("_trace", "hpy._trace")] {
            let any = vm.new_tuple(("__name__",));
            module.set_attr(attribute, vm.import_from(name, any, 0)?, vm)?;
        }
        Ok(())
    }

    /// Return a tuple ('version', 'git revision')
    #[pyfunction]
    fn get_version() -> (&'static str, &'static str) {
        VERSION
    }

    /// Return the number of handles that are open. Not in HPy's own module.
    #[pyfunction]
    fn _open_handles(vm: &VirtualMachine) -> PyResult<u32> {
        let loader = make_loader(vm)?;
        Ok(loader.open_handles())
    }

    #[derive(FromArgs)]
    struct LoadArgs {
        name: PyStrRef,
        path: PyObjectRef,
        spec: PyObjectRef,
        #[pyarg(any, default)]
        debug: ArgIntoBool,
        #[pyarg(any, default = -1)]
        mode: i32,
    }

    /// Load a .hpy0.so file
    #[pyfunction]
    fn load(args: LoadArgs, vm: &VirtualMachine) -> PyResult {
        // A mode above 0 counts for more than the flag, as in HPy.
        let mode = match args.mode {
            mode if mode > 0 => Mode::of_number(mode)
                .ok_or_else(|| vm.new_value_error(format!("invalid HPy mode: {mode}")))?,
            _ if args.debug.into_bool() => Mode::Debug,
            _ => Mode::Universal,
        };
        let name = args.name.to_string();
        note_name(&name);
        super::load(&name, &args.path, args.spec, mode, vm)
    }

    #[derive(FromArgs)]
    struct LoadBootstrapArgs {
        name: PyStrRef,
        ext_name: PyObjectRef,
        package: PyObjectRef,
        file: PyObjectRef,
        loader: PyObjectRef,
        spec: PyObjectRef,
        env: PyObjectRef,
    }

    /// Internal function intended to be used by the stub loader. This function
    /// will honor env var 'HPY' and correctly set the attributes of the module.
    #[pyfunction]
    fn _load_bootstrap(args: LoadBootstrapArgs, vm: &VirtualMachine) -> PyResult {
        let name = args.name.to_string();
        let mode = choose_mode(&name, &args.env, vm)?;
        let module = super::load(&name, &args.file, args.spec.clone(), mode, vm)?;
        // What `HPy_mod_create` made may refuse attributes, and HPy lets it.
        let _ = args.spec.set_attr("origin", args.file.clone(), vm);
        for (name, value) in [
            ("__file__", args.file),
            ("__loader__", args.loader),
            ("__name__", args.ext_name),
            ("__package__", args.package),
            ("__spec__", args.spec),
        ] {
            let _ = module.set_attr(name, value, vm);
        }
        Ok(module)
    }
}
