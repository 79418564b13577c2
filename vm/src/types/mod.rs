//! Types that extensions define, and their instances.
//!
//! - [`creation`] makes a type, with [`layout`] deciding how instances look,
//!   [`slots`] connecting the extension's functions to operators and the like,
//!   and [`dict`] putting it all into the dict, with the attributes of
//!   [`dunder`] and [`attributes`].
//! - [`info`] is what is kept of a type, [`slot_table`] its functions, and
//!   [`class_record`] how a class leads to it.
//! - [`python_classes`] sees to the classes that Python code derives from it.
//! - [`payload`] and [`native`] are an instance: its place in RustPython and the
//!   struct that the extension sees. [`construction`] makes one; [`call`] and
//!   [`buffer`] are the two protocols for which an instance keeps something.

mod attributes;
mod buffer;
mod buffer_description;
mod call;
mod class_record;
mod collector;
mod construction;
mod creation;
mod dict;
mod dunder;
mod from_bytes;
mod info;
mod layout;
mod native;
mod payload;
mod pickling;
mod python_classes;
mod slot_table;
mod slots;

pub use payload::is_bare_instance;
pub use slots::refused_item;

use crate::runtime::RustPython;
use hpy_loader::Loader;
use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::{Types, VmResult};
use hpy_loader::spec::TypeDef;
use info::TypeInfo;
use rustpython_vm::builtins::PyType;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::ffi::c_void;

/// The loader has made sure that it is a class.
fn class_of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyType>> {
    object
        .downcast_ref()
        .ok_or_else(|| vm.new_system_error("not a type"))
}

fn attempt<T>(operation: impl FnOnce(&VirtualMachine) -> PyResult<T>) -> VmResult<T, RustPython> {
    with_current_vm(operation).map_err(PyObjectRef::from)
}

impl Types for RustPython {
    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: &'static TypeDef,
        bases: &[&PyObjectRef],
        metaclass: Option<&PyObjectRef>,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| {
            let bases = bases.iter().map(|base| Ok(class_of(base, vm)?.to_owned()));
            let bases = bases.collect::<PyResult<Vec<_>>>()?;
            let metaclass = metaclass
                .map(|metaclass| class_of(metaclass, vm))
                .transpose()?;
            let metaclass = metaclass.map(Py::to_owned);
            creation::new_type(loader, definition, bases, metaclass, vm).map(Into::into)
        })
    }

    fn new_instance(&self, class: &PyObjectRef) -> VmResult<(PyObjectRef, *mut c_void), Self> {
        attempt(|vm| construction::new_instance(class_of(class, vm)?, vm))
    }

    #[inline(always)]
    fn fast_new_instance(
        &self,
        class: PyObjectRef,
    ) -> Result<(PyObjectRef, *mut c_void), PyObjectRef> {
        payload::fast_new_instance(class)
    }

    #[inline]
    fn native_struct(&self, object: &PyObjectRef, shape: HPyType_BuiltinShape) -> *mut c_void {
        attributes::native_struct(object, shape)
    }

    fn builtin_shape(&self, class: &PyObjectRef) -> HPyType_BuiltinShape {
        let info = class
            .downcast_ref::<PyType>()
            .and_then(|class| TypeInfo::of_class(class));
        info.map_or(HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy, |info| {
            info.definition.shape
        })
    }

    fn set_call_function(
        &self,
        object: &PyObjectRef,
        function: HPyFunc_keywords,
    ) -> VmResult<(), Self> {
        attempt(|vm| call::set_call_function(object, function, vm))
    }
}
