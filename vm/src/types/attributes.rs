//! Members of the native struct, and attributes behind functions.
//!
//! Both are `getset_descriptor`s. RustPython's `member_descriptor` reads at a
//! fixed distance from the object, where the struct need not be.

use super::info::{TypeInfo, type_name};
use super::native_struct;
use crate::functions::outlive;
use crate::host::{RustPython, into_exception};
use hpy_loader::abi::{HPyFunc_getter, HPyFunc_setter};
use hpy_loader::call::Like;
use hpy_loader::member;
use hpy_loader::spec::{GetSetDef, TypeDef};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyGetSet, PyType};
use rustpython_vm::function::{ItemDoc, PySetterValue};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::ffi::c_void;
use std::sync::Arc;

impl TypeInfo {
    /// Makes sure that the object is an instance of the type, as `descr_check`.
    fn check(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let mro = object.class().mro.read();
        if mro.iter().any(|class| self.is_class(class)) {
            return Ok(());
        }
        drop(mro);
        Err(vm.new_type_error(format!(
            "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
            self.definition.full_name,
            type_name(object.class()),
        )))
    }

    #[cold]
    fn refused(&self, name: &str, what: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let type_name = &self.definition.full_name;
        vm.new_attribute_error(format!(
            "attribute '{name}' of '{type_name}' objects is not {what}"
        ))
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

/// The member with this number of the native struct as an attribute of `info`'s type.
pub fn member(
    info: &Arc<TypeInfo>,
    index: usize,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let definition = &info.definition.members[index];
    let getset = PyGetSet::new(&definition.name, class, &vm.ctx);
    // SAFETY: the attribute keeps the class, and the class the definition.
    let doc = definition.doc.as_deref().map(|doc| unsafe { outlive(doc) });
    let this = info.clone();
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let definition = &this.definition.members[index];
        let native = this.struct_of(&definition.name, &object, vm)?;
        let type_name = type_name(object.class());
        // SAFETY: the struct is an instance's, which `object` keeps alive.
        let value = unsafe { member::get(this.loader, definition, &type_name, native) };
        value.map_err(|error| into_exception(error, vm))
    };
    let this = info.clone();
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        let definition = &this.definition.members[index];
        let native = this.struct_of(&definition.name, &object, vm)?;
        let type_name = &this.definition.full_name;
        let value = into_option(value);
        // SAFETY: as above; others use the struct under the HPy lock only.
        let done = unsafe { member::set(this.loader, definition, type_name, native, value) };
        done.map_err(|error| into_exception(error, vm))
    };
    make(getset.with_get(get).with_set(set), doc, vm)
}

/// The attributes of a type that are behind C functions of a kind.
pub type GetSets<G, S> = fn(&TypeDef) -> &[GetSetDef<G, S>];

/// The attribute with this number among those that are behind C functions of a kind.
pub fn getset<G, S>(
    info: &Arc<TypeInfo>,
    (all, index): (GetSets<G, S>, usize),
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> PyObjectRef
where
    G: Like<RustPython, HPyFunc_getter> + 'static,
    S: Like<RustPython, HPyFunc_setter> + 'static,
{
    let of = &all(&info.definition)[index];
    let getset = PyGetSet::new(&of.name, class, &vm.ctx);
    // SAFETY: the attribute keeps the class, and the class the definition.
    let doc = of.doc.as_deref().map(|doc| unsafe { outlive(doc) });
    let this = info.clone();
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let of = &all(&this.definition)[index];
        this.check(&of.name, &object, vm)?;
        let getter = of.getter;
        let getter = getter.ok_or_else(|| this.refused(&of.name, "readable", vm))?;
        let value = this.loader.call_like(getter, (object, of.closure));
        value.map_err(|error| into_exception(error, vm))
    };
    let this = info.clone();
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        let of = &all(&this.definition)[index];
        this.check(&of.name, &object, vm)?;
        let setter = of.setter;
        let setter = setter.ok_or_else(|| this.refused(&of.name, "writable", vm))?;
        let args = (object, into_option(value), of.closure);
        let done = this.loader.call_like(setter, args);
        done.map_err(|error| into_exception(error, vm))
    };
    make(getset.with_get(get).with_set(set), doc, vm)
}
