//! Members of the native struct, and attributes behind functions.
//!
//! Both are `getset_descriptor`s. RustPython's `member_descriptor` reads at a
//! fixed distance from the object, where the struct need not be.

use super::info::{TypeInfo, type_name};
use super::native_struct;
use crate::host::into_exception;
use hpy_loader::member;
use hpy_loader::spec::{GetSetDef, MemberDef};
use rustpython_vm::builtins::PyGetSet;
use rustpython_vm::function::{ItemDoc, PySetterValue};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::ffi::c_void;

impl TypeInfo {
    /// Makes sure that the object is an instance of the type, as `descr_check`.
    fn check(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if object.class().fast_issubclass(self.class.as_object()) {
            return Ok(());
        }
        Err(vm.new_type_error(format!(
            "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
            self.definition.full_name,
            type_name(object.class()),
        )))
    }

    /// The native struct of an instance of the type.
    fn struct_of(
        &self,
        name: &str,
        object: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<*mut c_void> {
        self.check(name, object, vm)?;
        let native = self.shape().map(|shape| native_struct::of(object, shape));
        native.filter(|native| !native.is_null()).ok_or_else(|| {
            let class = type_name(object.class());
            vm.new_system_error(format!("'{class}' object has no native struct"))
        })
    }
}

fn into_option(value: PySetterValue) -> Option<PyObjectRef> {
    match value {
        PySetterValue::Assign(value) => Some(value),
        PySetterValue::Delete => None,
    }
}

fn make(getset: PyGetSet, doc: Option<&'static str>, vm: &VirtualMachine) -> PyObjectRef {
    let getset = getset.with_doc(doc.map_or(ItemDoc::NONE, ItemDoc::static_text));
    PyRef::new_ref(getset, vm.ctx.types.getset_type.to_owned(), None).into()
}

/// A member of the native struct as an attribute of `info`'s type.
pub fn member(
    info: &'static TypeInfo,
    definition: &'static MemberDef,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let name = definition.name.as_str();
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let native = info.struct_of(name, &object, vm)?;
        let type_name = type_name(object.class());
        // SAFETY: the struct is an instance's, which `object` keeps alive.
        let value = unsafe { member::get(info.loader, definition, &type_name, native) };
        value.map_err(|error| into_exception(error, vm))
    };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        let native = info.struct_of(name, &object, vm)?;
        let type_name = &info.definition.full_name;
        let value = into_option(value);
        // SAFETY: as above; others use the struct under the HPy lock only.
        let done = unsafe { member::set(info.loader, definition, type_name, native, value) };
        done.map_err(|error| into_exception(error, vm))
    };
    let getset = PyGetSet::new(name, info.class, &vm.ctx);
    make(
        getset.with_get(get).with_set(set),
        definition.doc.as_deref(),
        vm,
    )
}

/// An attribute behind C functions.
pub fn getset(
    info: &'static TypeInfo,
    definition: &'static GetSetDef,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let name = definition.name.as_str();
    let refused = move |what: &str, vm: &VirtualMachine| {
        let type_name = &info.definition.full_name;
        vm.new_attribute_error(format!(
            "attribute '{name}' of '{type_name}' objects is not {what}"
        ))
    };
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        info.check(name, &object, vm)?;
        let getter = definition.getter.ok_or_else(|| refused("readable", vm))?;
        let value = info.loader.call_slot(getter, (object, definition.closure));
        value.map_err(|error| into_exception(error, vm))
    };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        info.check(name, &object, vm)?;
        let setter = definition.setter.ok_or_else(|| refused("writable", vm))?;
        let value = into_option(value);
        let args = (object, value, definition.closure);
        let done = info.loader.call_slot(setter, args);
        done.map_err(|error| into_exception(error, vm))
    };
    let getset = PyGetSet::new(name, info.class, &vm.ctx);
    make(
        getset.with_get(get).with_set(set),
        definition.doc.as_deref(),
        vm,
    )
}
