//! Types that extensions define: the chapter's way into [`crate::types`].

use crate::host::{Root, RustPython, attempt};
use crate::types::info::TypeInfo;
use crate::types::{call, construction, native_struct};
use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::{Types, VmResult};
use rustpython_vm::builtins::PyType;
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};
use std::ffi::c_void;

/// The loader has made sure that it is a class.
pub(super) fn class_of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyType>> {
    object
        .downcast_ref()
        .ok_or_else(|| vm.new_system_error("not a type"))
}

impl Types for RustPython {
    fn new_instance(&self, class: &Root) -> VmResult<(Root, *mut c_void), Self> {
        attempt(|vm| construction::new_instance(class_of(class, vm)?, vm))
    }

    #[inline]
    fn native_struct(&self, object: &Root, shape: HPyType_BuiltinShape) -> *mut c_void {
        native_struct::of(object, shape)
    }

    fn builtin_shape(&self, class: &Root) -> HPyType_BuiltinShape {
        let class = class.downcast_ref::<PyType>();
        let info = class.and_then(TypeInfo::of_class);
        info.map_or(HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy, |info| {
            info.definition.shape
        })
    }

    fn set_call_function(&self, object: &Root, function: HPyFunc_keywords) -> VmResult<(), Self> {
        attempt(|vm| call::set_call_function(object, function, vm))
    }
}
