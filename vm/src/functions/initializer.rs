//! The attribute `__init__` of a type of an extension.
//!
//! CPython's is a `wrapper_descriptor`, like those of all other slots, for which a
//! `method_descriptor` does as well (see [`dunder`](crate::types)), but for this one:
//! `inspect.signature(cls)` takes an `__init__` for one that somebody wrote in Python
//! unless it is an instance of the types that C code has, `method_descriptor` not
//! among them. An instance of RustPython's own `wrapper_descriptor` can't be made
//! here, so this is one by its `__class__`, with a method descriptor that does the
//! work.

use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::object::{Traverse, TraverseFn};
use rustpython_vm::types::{Callable, GetAttr, GetDescriptor, Representable};
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass,
};

/// The attribute.
#[pyclass(module = false, name = "wrapper_descriptor", traverse = "manual")]
#[derive(Debug)]
pub struct Initializer {
    method: PyObjectRef,
    class: PyTypeRef,
}

// SAFETY: both objects are visited once.
unsafe impl Traverse for Initializer {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.method.traverse(visit);
        self.class.traverse(visit);
    }
}

impl Initializer {
    /// The attribute for a method descriptor of `class`.
    pub fn wrap(method: PyObjectRef, class: &Py<PyType>, vm: &VirtualMachine) -> PyObjectRef {
        let _ = Self::make_static_type();
        let class = class.to_owned();
        Self { method, class }.into_pyobject(vm)
    }

    /// The method descriptor that does the work.
    pub fn method(&self) -> &PyObject {
        &self.method
    }
}

impl PyPayload for Initializer {
    fn class(_: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

#[pyclass(
    with(GetAttr, Callable, GetDescriptor, Representable),
    flags(METHOD_DESCRIPTOR, DISALLOW_INSTANTIATION)
)]
impl Initializer {
    // `pydoc` asks `object.__getattribute__` for this.
    #[pygetset]
    fn __doc__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.method.get_attr("__doc__", vm)
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&zelf.method, "__reduce__", ())
    }
}

impl GetAttr for Initializer {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"__class__" => Ok(vm.ctx.types.wrapper_descriptor_type.to_owned().into()),
            b"__name__" | b"__qualname__" | b"__objclass__" | b"__text_signature__" => {
                zelf.method.get_attr(name, vm)
            }
            _ => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

impl Callable for Initializer {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match args.args.first() {
            Some(object) if !object.class().fast_issubclass(zelf.class.as_object()) => {
                let (wanted, given) = (zelf.class.name(), object.class().name());
                Err(vm.new_type_error(format!(
                    "descriptor '__init__' requires a '{wanted}' object but received a '{given}'"
                )))
            }
            _ => zelf.method.call(args, vm),
        }
    }
}

impl GetDescriptor for Initializer {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let (Some(initializer), Some(object)) = (zelf.downcast_ref::<Self>(), object) else {
            return Ok(zelf.to_owned());
        };
        let class = class.unwrap_or_else(|| object.class().as_object());
        let args = (object.to_owned(), class.to_owned());
        vm.call_method(&initializer.method, "__get__", args)
    }
}

impl Representable for Initializer {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        let class = zelf.class.name();
        Ok(format!("<slot wrapper '__init__' of '{class}' objects>"))
    }
}
