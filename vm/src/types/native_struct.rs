//! The native struct behind an object, which may be a class.

use super::info::TypeInfo;
use super::layout::Shape;
use super::legacy;
use super::payload::{Carrier, HPyObject, native_of};
use super::struct_cell::StructCell;
use crate::capi::type_object;
use rustpython_vm::builtins::PyType;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

/// The native struct that the object has under a type of this shape; null if it
/// has none.
#[inline]
pub fn of(object: &PyObject, shape: Shape) -> *mut c_void {
    if shape == Shape::HPyType_BuiltinShape_Object {
        // Its payload is of no other shape, but for the structs of classes, which
        // nobody has a reference to.
        let object = object.downcast_ref::<HPyObject>();
        return object.map_or(std::ptr::null_mut(), |object| object.native().data());
    }
    if shape == Shape::HPyType_BuiltinShape_Type {
        let class = object.downcast_ref::<PyType>();
        return class.and_then(of_class).unwrap_or(std::ptr::null_mut());
    }
    if shape == Shape::HPyType_BuiltinShape_Legacy
        && let Some(class) = object.downcast_ref::<PyType>()
    {
        return legacy_of_class(class).unwrap_or(std::ptr::null_mut());
    }
    match native_of(object) {
        Some(native) if native.shape() == Some(shape) => native.data(),
        _ => std::ptr::null_mut(),
    }
}

/// The native struct of a class whose metaclass is an extension's. The first call makes
/// it.
fn of_class(class: &Py<PyType>) -> Option<*mut c_void> {
    let metaclass = TypeInfo::nearest(class.as_object().class())?;
    let cell = metaclass.struct_cell.as_ref()?;
    let holder = with_current_vm(|vm| {
        let made = cell.load(class, vm);
        made.or_else(|| make(cell, class, vm))
    })?;
    // The class keeps the object, whose payload stays where it is.
    Some(holder.downcast_ref::<Carrier>()?.data())
}

/// The struct of a class whose metaclass is a legacy type: its type object.
fn legacy_of_class(class: &Py<PyType>) -> Option<*mut c_void> {
    legacy::metaclass_of(class)?;
    Some(type_object::of(class).as_ptr().cast())
}

/// Makes the struct of a class, unless another thread was faster.
fn make(cell: &StructCell, class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    cell.load(class, vm).or_else(|| {
        let metaclass = TypeInfo::shared(class.as_object().class())?;
        let holder: PyObjectRef = Carrier::make(metaclass, vm)?.into();
        cell.store(class, holder.clone(), vm).ok()?;
        Some(holder)
    })
}
