//! How an attribute calls its slot, by the kind of the slot: CPython's `wrap_*`
//! functions.

use super::Arguments;
use super::arguments::as_index;
use crate::functions::keyword_dict;
use crate::host::into_exception;
use crate::types::call as calls;
use crate::types::index::from_the_front;
use crate::types::info::TypeInfo;
use hpy_loader::abi::*;
use hpy_loader::runtime::CompareOp;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A call of an attribute for a slot.
pub(super) struct Wrapped<'a, F> {
    /// The type that the attribute belongs to.
    pub info: &'static TypeInfo,
    /// What its extension filled the slot with.
    pub function: F,
    /// The receiver, an instance of the type.
    pub this: PyObjectRef,
    /// What else the attribute was called with.
    pub args: Arguments,
    /// The virtual machine.
    pub vm: &'a VirtualMachine,
}

fn raise<T>(result: Result<T, PyObjectRef>, vm: &VirtualMachine) -> PyResult<T> {
    result.map_err(|error| into_exception(error, vm))
}

fn done(result: Result<(), PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    raise(result, vm).map(|()| vm.ctx.none())
}

/// The index that the slot gets for one that Python code gave.
fn index(this: &PyObjectRef, index: &PyObjectRef, vm: &VirtualMachine) -> PyResult<isize> {
    from_the_front(this, as_index(index, vm)?, vm)
}

/// `self op other`
pub(super) fn binary(w: Wrapped<'_, HPyFunc_binaryfunc>) -> PyResult {
    let [other] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_binary(w.function, w.this, other) };
    raise(result, w.vm)
}

/// `other op self`
pub(super) fn reflected(w: Wrapped<'_, HPyFunc_binaryfunc>) -> PyResult {
    let [other] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_binary(w.function, other, w.this) };
    raise(result, w.vm)
}

/// `pow(self, other, third)`
pub(super) fn ternary(w: Wrapped<'_, HPyFunc_ternaryfunc>) -> PyResult {
    let (other, third) = w.args.one_or_two(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_ternary(w.function, w.this, other, third) };
    raise(result, w.vm)
}

/// `pow(other, self, third)`
pub(super) fn reflected_ternary(w: Wrapped<'_, HPyFunc_ternaryfunc>) -> PyResult {
    let (other, third) = w.args.one_or_two(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_ternary(w.function, other, w.this, third) };
    raise(result, w.vm)
}

pub(super) fn unary(w: Wrapped<'_, HPyFunc_unaryfunc>) -> PyResult {
    let [] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_unary(w.function, w.this) };
    raise(result, w.vm)
}

pub(super) fn inquiry(w: Wrapped<'_, HPyFunc_inquiry>) -> PyResult {
    let [] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_inquiry(w.function, w.this) };
    raise(result, w.vm).map(|truth| w.vm.ctx.new_bool(truth).into())
}

pub(super) fn length(w: Wrapped<'_, HPyFunc_lenfunc>) -> PyResult {
    let [] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_length(w.function, w.this) };
    raise(result, w.vm).map(|length| w.vm.ctx.new_int(length).into())
}

pub(super) fn hash(w: Wrapped<'_, HPyFunc_hashfunc>) -> PyResult {
    let [] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_hash(w.function, w.this) };
    raise(result, w.vm).map(|hash| w.vm.ctx.new_int(hash).into())
}

/// `self * count`
pub(super) fn count(w: Wrapped<'_, HPyFunc_ssizeargfunc>) -> PyResult {
    let [count] = w.args.exactly(w.vm)?;
    let count = as_index(&count, w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_ssizearg(w.function, w.this, count) };
    raise(result, w.vm)
}

/// `self[index]`
pub(super) fn item(w: Wrapped<'_, HPyFunc_ssizeargfunc>) -> PyResult {
    let [key] = w.args.exactly(w.vm)?;
    let index = index(&w.this, &key, w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_ssizearg(w.function, w.this, index) };
    raise(result, w.vm)
}

/// `self[index] = value`
pub(super) fn set_item(w: Wrapped<'_, HPyFunc_ssizeobjargproc>) -> PyResult {
    let [key, value] = w.args.exactly(w.vm)?;
    let index = index(&w.this, &key, w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe {
        w.info
            .loader
            .call_ssizeobjarg(w.function, w.this, index, Some(value))
    };
    done(result, w.vm)
}

/// `del self[index]`
pub(super) fn delete_item(w: Wrapped<'_, HPyFunc_ssizeobjargproc>) -> PyResult {
    let [key] = w.args.exactly(w.vm)?;
    let index = index(&w.this, &key, w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe {
        w.info
            .loader
            .call_ssizeobjarg(w.function, w.this, index, None)
    };
    done(result, w.vm)
}

/// `self[key] = value`
pub(super) fn set_key(w: Wrapped<'_, HPyFunc_objobjargproc>) -> PyResult {
    let [key, value] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe {
        w.info
            .loader
            .call_objobjarg(w.function, w.this, key, Some(value))
    };
    done(result, w.vm)
}

/// `del self[key]`
pub(super) fn delete_key(w: Wrapped<'_, HPyFunc_objobjargproc>) -> PyResult {
    let [key] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_objobjarg(w.function, w.this, key, None) };
    done(result, w.vm)
}

/// `key in self`
pub(super) fn contains(w: Wrapped<'_, HPyFunc_objobjproc>) -> PyResult {
    let [key] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_objobj(w.function, w.this, key) };
    raise(result, w.vm).map(|found| w.vm.ctx.new_bool(found).into())
}

pub(super) fn compare(w: Wrapped<'_, HPyFunc_richcmpfunc>, op: CompareOp) -> PyResult {
    let [other] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_compare(w.function, w.this, other, op) };
    raise(result, w.vm)
}

pub(super) fn init(w: Wrapped<'_, HPyFunc_initproc>) -> PyResult {
    let keywords = keyword_dict(w.args.args.kwargs, w.vm)?;
    let args = w.args.args.args;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { w.info.loader.call_init(w.function, w.this, args, keywords) };
    done(result, w.vm)
}

pub(super) fn finalize(w: Wrapped<'_, HPyFunc_destructor>) -> PyResult {
    let [] = w.args.exactly(w.vm)?;
    // SAFETY: the function fills a slot of this signature.
    unsafe { w.info.loader.call_finalize(w.function, w.this) };
    Ok(w.vm.ctx.none())
}

/// Which function runs is the instance's to say, see [`calls`].
pub(super) fn call(w: Wrapped<'_, HPyFunc_keywords>) -> PyResult {
    calls::call(&w.this, w.args.args, w.vm)
}

/// `__get__(instance, owner)`, where `None` stands for nothing.
pub(super) fn get(w: Wrapped<'_, HPyFunc_descrgetfunc>) -> PyResult {
    let (instance, owner) = w.args.one_or_two(w.vm)?;
    let present = |object: PyObjectRef| (!w.vm.is_none(&object)).then_some(object);
    let (instance, owner) = (present(instance), present(owner));
    if instance.is_none() && owner.is_none() {
        let message = "__get__(None, None) is invalid";
        return Err(w.vm.new_type_error(message));
    }
    let loader = w.info.loader;
    // SAFETY: the function fills a slot of this signature.
    let result = unsafe { loader.call_descr_get(w.function, w.this, instance, owner) };
    raise(result, w.vm)
}
