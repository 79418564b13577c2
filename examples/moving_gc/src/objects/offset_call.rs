//! Instances that keep the function that runs when they are called in their own
//! struct, where the member `__vectorcalloffset__` tells.

use crate::heap::Local;
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::abi::{HPyCallFunction, HPyFunc_keywords};
use std::mem::offset_of;

/// `__call__` of such a type.
pub(super) fn call(vm: &Vm, _: &Local, mut arguments: Arguments) -> Result {
    if arguments.positional.is_empty() {
        return Err(vm.error("TypeError", "__call__() needs an instance"));
    }
    let this = arguments.positional.remove(0);
    let class = vm.class_of(&this);
    let definition = vm.find_definition(&class, |class| class.type_def.offsets.call.is_some());
    let (Some(definition), Some(native)) = (definition, vm.heap.native(&this)) else {
        return Err(vm.not_callable(&this));
    };
    let offset = definition.type_def.offsets.call.unwrap_or_default();
    let at = offset + offset_of!(HPyCallFunction, r#impl);
    let place: *const Option<HPyFunc_keywords> = native.wrapping_byte_add(at).cast();
    // SAFETY: the extension has said that its struct has a call function there,
    // and the struct stays where it is while its object lives.
    let Some(function) = (unsafe { place.read_unaligned() }) else {
        return Err(vm.type_error("'{}' object does not support vectorcall", &[&this]));
    };
    vm.call_instance(definition.loader, function, &this, &arguments)
}
