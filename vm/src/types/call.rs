//! Instances that can be called.
//!
//! HPy has CPython's vectorcall protocol in mind: which function runs is said by
//! the instance, at first the type's `tp_call`, later what `HPy_SetCallFunction`
//! put in its place. An extension may also keep the function in its own struct,
//! as the member `__vectorcalloffset__` tells.

use super::c_function::Operator;
use super::info::{TypeInfo, type_name};
use super::native::Native;
use super::payload::native_of;
use crate::functions::call_args;
use crate::host::into_exception;
use hpy_loader::abi::{HPyCallFunction, HPyFunc_keywords};
use hpy_loader::call::{CallArgs, Callee};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::mem::offset_of;

/// Where the extension keeps the instance's function, if it does.
fn own_place(object: &PyObject) -> Option<*mut Option<HPyFunc_keywords>> {
    let native = native_of(object)?;
    let offset = native.info().call_offset? + offset_of!(HPyCallFunction, r#impl);
    Some(native.data().wrapping_byte_add(offset).cast())
}

/// The function that runs when the object is called.
fn function(object: &PyObject, vm: &VirtualMachine) -> PyResult<Operator<HPyFunc_keywords>> {
    let native = native_of(object);
    if let (Some(native), Some(place)) = (native, own_place(object)) {
        // SAFETY: the extension said that its struct has a call function there.
        if let Some(function) = unsafe { place.read_unaligned() } {
            return Ok((function, native.info().loader));
        }
    } else if let Some((default, loader)) = TypeInfo::function(object, |slots| slots.tp_call) {
        let own = native.and_then(Native::call);
        return Ok((own.unwrap_or(default), loader));
    }
    let name = type_name(object.class());
    Err(vm.new_type_error(format!("'{name}' object does not support vectorcall")))
}

fn invoke(object: &PyObject, args: CallArgs<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let (function, loader) = function(object, vm)?;
    let repr = || {
        object
            .repr(vm)
            .map_or_else(|_| String::new(), |repr| repr.to_string())
    };
    let (callable, callee) = (object.to_owned(), Callee::Callable(&repr));
    let result = loader.call_instance(function, callable, args, callee);
    result.map_err(|error| into_exception(error, vm))
}
pub fn tp_call(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    invoke(object, call_args(args, vm), vm)
}
pub fn vectorcall(
    object: &PyObject,
    values: Vec<PyObjectRef>,
    _positional: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let args = match names.filter(|names| !names.is_empty()) {
        Some(names) => {
            let count = names.len();
            CallArgs::with_keywords(values, vm.ctx.new_tuple(names.to_vec()).into(), count)
        }
        None => CallArgs::positional(values),
    };
    invoke(object, args, vm)
}

/// Replaces the function of one instance.
///
/// # Errors
///
/// `TypeError` if its type does not let instances be called through HPy.
pub fn set_call_function(
    object: &PyObject,
    function: HPyFunc_keywords,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(place) = own_place(object) {
        // SAFETY: the extension said that its struct has a call function there,
        // and it calls this under the HPy lock.
        unsafe { place.write_unaligned(Some(function)) };
        return Ok(());
    }
    let is_callable = TypeInfo::function(object, |slots| slots.tp_call).is_some();
    let Some(native) = native_of(object).filter(|_| is_callable) else {
        let name = type_name(object.class());
        let message = format!("type '{name}' does not implement the HPy call protocol");
        return Err(vm.new_type_error(message));
    };
    native.set_call(function);
    Ok(())
}
