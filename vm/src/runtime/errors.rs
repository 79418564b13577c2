//! Making and judging exceptions.

use crate::host::{Root, RustPython, attempt, attempt_object, into_exception};
use hpy_loader::runtime::{Errors, VmResult};
use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyDict, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Context, Py, PyObject, PyResult, VirtualMachine};
use std::io;

/// `object` if it is a class of exceptions.
fn exception_class(object: &PyObject, vm: &VirtualMachine) -> Option<PyTypeRef> {
    let class = object.downcast_ref::<PyType>()?;
    class
        .fast_issubclass(vm.ctx.exceptions.base_exception_type)
        .then(|| class.to_owned())
}

/// Whether the class is one of those that extensions raise most, whose instances
/// are nothing but their arguments: they need not be called to be made.
pub(super) fn is_plain(class: &Py<PyType>, ctx: &Context) -> bool {
    let zoo = &ctx.exceptions;
    [
        zoo.type_error,
        zoo.value_error,
        zoo.index_error,
        zoo.runtime_error,
        zoo.overflow_error,
        zoo.system_error,
    ]
    .iter()
    .any(|plain| class.is(*plain))
}

/// `class(*args)`, which has to be an exception. `class` is what an extension
/// passed as the exception to raise.
fn instantiate(
    class: &PyObject,
    args: Vec<Root>,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let Some(class) = exception_class(class, vm) else {
        let class = class.repr(vm)?;
        let message =
            format!("_PyErr_SetObject: exception {class} is not a BaseException subclass");
        return Err(vm.new_system_error(message));
    };
    let instance = class.as_object().call(args, vm)?;
    instance.downcast::<PyBaseException>().map_err(|other| {
        let class = class.as_object().repr(vm);
        let class = class.map_or_else(|_| String::new(), |class| class.to_string());
        vm.new_type_error(format!(
            "calling {class} should have returned an instance of BaseException, not {}",
            other.class().name()
        ))
    })
}

/// The exception, or the one that making it raised.
fn either(result: PyResult<PyBaseExceptionRef>) -> Root {
    match result {
        Ok(error) | Err(error) => error.into(),
    }
}

/// What the system calls an error number, as `os.strerror`.
fn strerror(errno: i32) -> String {
    if errno == 0 {
        // CPython's text for a call that failed without saying why.
        return "Error".to_owned();
    }
    let text = io::Error::from_raw_os_error(errno).to_string();
    text.replace(&format!(" (os error {errno})"), "")
}

fn is_match(error: &PyObject, class: &PyObject, vm: &VirtualMachine) -> bool {
    if let Some(classes) = class.downcast_ref::<PyTuple>() {
        let mut classes = classes.as_slice().iter();
        return classes.any(|class| is_match(error, class, vm));
    }
    match exception_class(class, vm) {
        Some(class) if error.downcastable::<PyBaseException>() => error.fast_isinstance(&class),
        Some(class) => {
            exception_class(error, vm).is_some_and(|error| error.fast_issubclass(&class))
        }
        None => error.is(class),
    }
}

/// The error for the category of a warning that is no class. CPython does not
/// check it: it makes the warning and fails then.
fn no_category(
    category: &Root,
    message: Root,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    category.call((message,), vm)?;
    category.is_subclass(vm.ctx.exceptions.warning.as_object(), vm)?;
    Ok(vm.new_type_error("category must be a Warning subclass"))
}

impl Errors for RustPython {
    fn new_error(&self, class: &Root, message: &str) -> Root {
        with_current_vm(|vm| {
            let args = vec![vm.ctx.new_str(message).into()];
            either(instantiate(class, args, vm))
        })
    }

    fn error_from_value(&self, class: &Root, value: Option<&Root>) -> Root {
        with_current_vm(|vm| {
            let value = value.filter(|value| !vm.is_none(value));
            if let (Some(value), Some(class)) = (value, exception_class(class, vm))
                && value.fast_isinstance(&class)
            {
                return value.clone();
            }
            if let (Some(value), Some(class)) = (value, class.downcast_ref::<PyType>())
                && value.class().is(vm.ctx.types.str_type)
                && is_plain(class, &vm.ctx)
            {
                let args = vec![value.clone()];
                return vm.new_exception(class.to_owned(), args).into();
            }
            let tuple = value.and_then(|value| value.downcast_ref::<PyTuple>());
            let args = match tuple {
                Some(args) => args.as_slice().to_vec(),
                None => value.cloned().into_iter().collect(),
            };
            either(instantiate(class, args, vm))
        })
    }

    fn error_from_errno(
        &self,
        class: &Root,
        errno: i32,
        filename: Option<&Root>,
        filename2: Option<&Root>,
    ) -> Root {
        with_current_vm(|vm| {
            // A signal may have interrupted the call, and its handler raised.
            if io::Error::from_raw_os_error(errno).kind() == io::ErrorKind::Interrupted
                && let Err(error) = vm.check_signals()
            {
                return error.into();
            }
            let mut args: Vec<Root> = vec![
                vm.ctx.new_int(errno).into(),
                vm.ctx.new_str(strerror(errno)).into(),
            ];
            args.extend(filename.cloned());
            if let Some(filename2) = filename2 {
                // The place between them is for an error number of Windows.
                args.resize(4, vm.ctx.new_int(0).into());
                args.push(filename2.clone());
            }
            // Anything may be called; only what comes of it must be an error.
            match class.call(args, vm) {
                Ok(error) if error.downcastable::<PyBaseException>() => error,
                Ok(value) => {
                    let class: Root = value.class().to_owned().into();
                    either(instantiate(&class, vec![value], vm))
                }
                Err(error) => error.into(),
            }
        })
    }

    fn error_caused_by(&self, message: &str, cause: Root) -> Root {
        with_current_vm(|vm| {
            let error = vm.new_system_error(message);
            let cause = into_exception(cause, vm);
            error.set_cause(Some(cause.clone()));
            error.set_context(Some(cause));
            error.into()
        })
    }

    fn error_matches(&self, error: &Root, class: &Root) -> bool {
        with_current_vm(|vm| is_match(error, class, vm))
    }

    fn new_error_class(
        &self,
        name: &str,
        doc: Option<&str>,
        base: Option<&Root>,
        dict: Option<&Root>,
    ) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let Some((module, name)) = name.rsplit_once('.') else {
                return Err(vm.new_system_error("PyErr_NewException: name must be module.class"));
            };
            // As in CPython, a dict that was passed in gets the missing entries.
            let dict = match dict.map(|dict| dict.downcast_ref::<PyDict>()) {
                None => vm.ctx.new_dict(),
                Some(Some(dict)) => dict.to_owned(),
                Some(None) => return Err(vm.new_system_error("bad argument to internal function")),
            };
            if let Some(doc) = doc {
                dict.set_item("__doc__", vm.ctx.new_str(doc).into(), vm)?;
            }
            if !dict.contains_key("__module__", vm) {
                dict.set_item("__module__", vm.ctx.new_str(module).into(), vm)?;
            }
            let exception = || vm.ctx.exceptions.exception_type.to_owned().into();
            let base = base.cloned().unwrap_or_else(exception);
            let bases = match base.downcastable::<PyTuple>() {
                true => base,
                false => vm.ctx.new_tuple(vec![base]).into(),
            };
            let metaclass = vm.ctx.types.type_type.as_object();
            metaclass.call((vm.ctx.new_str(name), bases, dict), vm)
        })
    }

    fn warn(
        &self,
        category: Option<&Root>,
        message: &str,
        stack_level: isize,
    ) -> VmResult<(), Self> {
        attempt(|vm| {
            let message: Root = vm.ctx.new_str(message).into();
            let warning = || vm.ctx.exceptions.runtime_warning.to_owned().into();
            let category = category.cloned().unwrap_or_else(warning);
            let category = match category.downcast::<PyType>() {
                Ok(class) => class,
                Err(other) => return Err(no_category(&other, message, vm)?),
            };
            rustpython_vm::warn::warn(message, Some(category), stack_level, None, vm)
        })
    }

    fn report_unraisable(&self, error: Root, object: Option<&Root>) {
        with_current_vm(|vm| {
            let object = object.cloned().unwrap_or_else(|| vm.ctx.none());
            vm.run_unraisable(into_exception(error, vm), None, object);
        });
    }
}
