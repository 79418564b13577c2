//! Any object as `bytes`.

use crate::host::Root;
use rustpython_vm::builtins::{PyBytes, PyInt, PyStr};
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{AsObject, PyResult, VirtualMachine};

/// `PyObject_Bytes`. Unlike the class `bytes`, it takes no number for a length.
pub fn to_bytes(object: &Root, vm: &VirtualMachine) -> PyResult {
    if object.class().is(vm.ctx.types.bytes_type) {
        return Ok(object.clone());
    }
    if let Some(method) = object.lookup_special(vm.ctx.intern_str("__bytes__"), vm)? {
        let bytes = method.call((), vm)?;
        if bytes.downcastable::<PyBytes>() {
            return Ok(bytes);
        }
        let class = bytes.class().name().to_owned();
        return Err(vm.new_type_error(format!("__bytes__ returned non-bytes (type {class})")));
    }
    if object.class().slots.as_buffer.load().is_some() {
        let buffer = PyBuffer::from_object(vm, object, BufferFlags::FULL_RO)?;
        let mut bytes = Vec::with_capacity(buffer.desc.len);
        buffer.append_to(&mut bytes);
        return Ok(vm.ctx.new_bytes(bytes).into());
    }
    let refused = || {
        let class = object.class().name().to_owned();
        vm.new_type_error(format!("cannot convert '{class}' object to bytes"))
    };
    if object.downcastable::<PyStr>() || object.downcastable::<PyInt>() {
        return Err(refused());
    }
    let iterator = object.get_iter(vm).map_err(|error| {
        match error.fast_isinstance(vm.ctx.exceptions.type_error) {
            true => refused(),
            false => error,
        }
    })?;
    let class = vm.ctx.types.bytes_type.as_object();
    class.call((Root::from(iterator),), vm)
}
