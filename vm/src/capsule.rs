//! Capsules as Python objects.
//!
//! RustPython has a `PyCapsule` of its own, for its C API. Its name lives
//! forever and its destructor takes the object, so HPy's capsules need another
//! payload. Python code can't tell: neither class has a constructor.

use crate::host::loader;
use hpy_loader::capsule::Capsule;
use rustpython_vm::builtins::PyType;
use rustpython_vm::types::Representable;
use rustpython_vm::{AsObject, Context, Py, PyPayload, PyResult, VirtualMachine, pyclass};
use std::ffi::CStr;

/// A capsule that an extension has made.
#[pyclass(module = false, name = "PyCapsule")]
#[derive(Debug)]
pub struct PyCapsule {
    /// None while the object dies.
    content: Option<Capsule>,
}

impl PyCapsule {
    /// What the extension put in.
    pub fn content(&self) -> Option<&Capsule> {
        self.content.as_ref()
    }
}

impl From<Capsule> for PyCapsule {
    fn from(content: Capsule) -> Self {
        Self {
            content: Some(content),
        }
    }
}

impl Drop for PyCapsule {
    fn drop(&mut self) {
        // The destructor is code of the extension, which only ever runs under
        // the lock.
        let loader = loader();
        let _entered = loader.lock().enter(loader.runtime());
        self.content = None;
    }
}

impl PyPayload for PyCapsule {
    fn class(_: &Context) -> &'static Py<PyType> {
        <Self as rustpython_vm::class::StaticType>::static_type()
    }
}

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl PyCapsule {}

impl Representable for PyCapsule {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        let content = zelf.content();
        let name = content.map_or(std::ptr::null(), |content| content.name.get());
        let name = match name.is_null() {
            true => "NULL".to_owned(),
            // SAFETY: HPy wants the name to outlive the capsule.
            false => format!("\"{}\"", unsafe { CStr::from_ptr(name) }.to_string_lossy()),
        };
        let address = zelf.as_object().as_raw();
        Ok(format!("<capsule object {name} at {address:p}>"))
    }
}
