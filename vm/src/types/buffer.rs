//! Buffers that extensions export.
//!
//! Each time somebody asks for an object's memory, `bf_getbuffer` fills in an
//! `HPy_buffer`, and `bf_releasebuffer` gets the same one back. RustPython's
//! `PyBuffer` has no room for it: its methods get an object and a description of
//! the memory. The object is therefore not the exporter but an [`Export`], which
//! keeps the buffer and the exporter, and lets go of both on release, as CPython's
//! `memoryview.release` does.
//!
//! Python would see the difference in one place, `memoryview.obj`. The attribute
//! is replaced, when the first type with buffers is made, by one that looks
//! through an export.

use super::buffer_description::{EMPTY, Memory, describe};
use super::info::{TypeInfo, type_name};
use crate::host::into_exception;
use hpy_loader::abi::HPy_buffer;
use hpy_loader::runtime::Errors;
use rustpython_vm::builtins::{PyGetSet, PyMemoryView, PyType};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::common::static_cell;
use rustpython_vm::object::{Traverse, TraverseFn};
use rustpython_vm::protocol::{BufferFlags, BufferMethods, PyBuffer};
use rustpython_vm::types::Hashable;
use rustpython_vm::{
    Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};
use std::ffi::c_int;

/// One buffer that was handed out.
#[pyclass(module = false, name = "hpy_buffer", traverse = "manual")]
#[derive(Debug)]
pub struct Export {
    memory: Memory,
    /// What the memory is a part of, if it is not the extension's.
    _copy: Option<Box<[u8]>>,
    /// None once it is released.
    held: PyMutex<Option<Held>>,
}

struct Held {
    exporter: PyObjectRef,
    buffer: HPy_buffer,
}

// SAFETY: the memory is the extension's, which lets Python use it from any
// thread until the buffer is released; the pointers in the buffer are only handed
// back to it, under the HPy lock.
unsafe impl Send for Export {}
// SAFETY: as above.
unsafe impl Sync for Export {}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "buffer of {:?}", self.exporter)
    }
}

impl PyPayload for Export {
    fn class(_: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

// SAFETY: the one object that it owns is visited once.
unsafe impl Traverse for Export {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        // Whoever holds the lock is about to release the buffer.
        if let Some(held) = self.held.try_lock()
            && let Some(held) = &*held
        {
            held.exporter.traverse(visit);
        }
    }
}

#[pyclass(with(Hashable), flags(DISALLOW_INSTANTIATION))]
impl Export {}

/// A `memoryview` is as hashable as what it looks at.
impl Hashable for Export {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        match zelf.exporter() {
            Some(exporter) => exporter.hash(vm),
            None => Ok(0),
        }
    }
}

impl Export {
    fn exporter(&self) -> Option<PyObjectRef> {
        self.held.lock().as_ref().map(|held| held.exporter.clone())
    }
}

impl Held {
    /// Gives the buffer back to the extension.
    fn release(mut self) {
        let function = TypeInfo::function(&self.exporter, |slots| slots.bf_releasebuffer);
        if let Some((function, loader)) = function
            && let args = (self.exporter.clone(), &mut self.buffer)
            && let Err(error) = loader.call_slot(function, args)
        {
            let runtime = loader.runtime();
            runtime.report_unraisable(error, Some(&self.exporter));
        }
    }
}

fn memory(buffer: &PyBuffer) -> Memory {
    match buffer.obj.downcast_ref::<Export>() {
        Some(export) => export.memory,
        None => Memory::EMPTY,
    }
}

static METHODS: BufferMethods = BufferMethods {
    obj_bytes: |buffer| {
        let Memory { start, length } = memory(buffer);
        // SAFETY: the extension has promised this memory until the buffer is
        // released, and `buffer` is not.
        BorrowedValue::Ref(unsafe { std::slice::from_raw_parts(start, length) })
    },
    obj_bytes_mut: |buffer| {
        let Memory { start, length } = memory(buffer);
        // SAFETY: as above. RustPython asks for this only if the buffer is not
        // read-only.
        BorrowedValueMut::RefMut(unsafe { std::slice::from_raw_parts_mut(start, length) })
    },
    release: |buffer| {
        let export = buffer.obj.downcast_ref::<Export>();
        if let Some(held) = export.and_then(|export| export.held.lock().take()) {
            held.release();
        }
    },
    retain: |_| {},
};
pub fn bf_getbuffer(
    object: &PyObject,
    flags: BufferFlags,
    vm: &VirtualMachine,
) -> PyResult<PyBuffer> {
    let Some((function, loader)) = TypeInfo::function(object, |slots| slots.bf_getbuffer) else {
        let class = type_name(object.class());
        return Err(vm.new_type_error(format!("a bytes-like object is required, not '{class}'")));
    };
    let mut buffer = EMPTY;
    let flags = c_int::try_from(flags.bits()).unwrap_or_default();
    let args = (object.to_owned(), &mut buffer, flags);
    let exporter = loader.call_slot(function, args);
    let exporter = exporter.map_err(|error| into_exception(error, vm))?;
    let described = describe(&buffer);
    // Without an exporter nobody is told of the release.
    let held = exporter.map(|exporter| Held { exporter, buffer });
    match described {
        Ok(described) => {
            let export = Export {
                memory: described.memory,
                _copy: described.copy,
                held: PyMutex::new(held),
            };
            let export = export.into_ref(&vm.ctx);
            Ok(PyBuffer::new(export.into(), described.descriptor, &METHODS))
        }
        Err(reason) => {
            held.into_iter().for_each(Held::release);
            let message = format!("{}: {reason}", type_name(object.class()));
            Err(vm.new_buffer_error(message))
        }
    }
}

static_cell! {
    /// The attribute `obj` of `memoryview` that RustPython has.
    static ORIGINAL: PyObjectRef;
}

/// Prepares RustPython for the first type with buffers.
pub fn prepare(vm: &VirtualMachine) {
    let class = PyMemoryView::class(&vm.ctx);
    let name = vm.ctx.intern_str("obj");
    let _ = Export::make_static_type();
    if let Some(original) = class.get_direct_attr(name)
        && ORIGINAL.set(original).is_ok()
    {
        let getset = PyGetSet::new("obj", class, &vm.ctx).with_get(exporter);
        let getset = PyRef::new_ref(getset, vm.ctx.types.getset_type.to_owned(), None);
        class.set_attr(name, getset.into());
    }
}

/// `memoryview.obj`
fn exporter(view: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let look = |original: &'static PyObjectRef| vm.call_get_descriptor(original, &view);
    let object = ORIGINAL
        .get()
        .and_then(look)
        .unwrap_or_else(|| Ok(vm.ctx.none()))?;
    Ok(match object.downcast_ref::<Export>() {
        Some(export) => export.exporter().unwrap_or_else(|| vm.ctx.none()),
        None => object,
    })
}
