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

use super::buffer_description::{Memory, describe};
use super::info::{TypeInfo, type_name};
use crate::host::into_exception;
use hpy_loader::abi::{HPy, HPy_buffer};
use hpy_loader::runtime::Errors;
use rustpython_vm::builtins::{PyGetSet, PyMemoryView, PyType};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::object::{Traverse, TraverseFn};
use rustpython_vm::protocol::{BufferFlags, BufferMethods, PyBuffer};
use rustpython_vm::types::Hashable;
use rustpython_vm::{
    Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};
use std::ffi::c_int;
use std::sync::OnceLock;

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

    /// Gives the buffer back to the extension.
    fn release(&self) {
        let Some(Held {
            exporter,
            mut buffer,
        }) = self.held.lock().take()
        else {
            return;
        };
        let function = TypeInfo::function(&exporter, |slots| slots.bf_releasebuffer);
        let Some((function, info)) = function else {
            return;
        };
        let released = info
            .loader
            .call_slot(function, (exporter.clone(), &mut buffer));
        if let Err(error) = released {
            info.loader
                .runtime()
                .report_unraisable(error, Some(&exporter));
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
        if let Some(export) = buffer.obj.downcast_ref::<Export>() {
            export.release();
        }
    },
    retain: |_| {},
};

/// The slot `as_buffer`.
pub fn as_buffer(object: &PyObject, flags: BufferFlags, vm: &VirtualMachine) -> PyResult<PyBuffer> {
    let Some((function, info)) = TypeInfo::function(object, |slots| slots.bf_getbuffer) else {
        let message = format!(
            "a bytes-like object is required, not '{}'",
            type_name(object.class())
        );
        return Err(vm.new_type_error(message));
    };
    let mut buffer = empty();
    let flags = c_int::try_from(flags.bits()).unwrap_or_default();
    let exporter = info
        .loader
        .call_slot(function, (object.to_owned(), &mut buffer, flags));
    let exporter = exporter.map_err(|error| into_exception(error, vm))?;
    let (descriptor, memory, copy) = match describe(&buffer) {
        Ok(described) => (Ok(described.descriptor), described.memory, described.copy),
        Err(reason) => (Err(reason), Memory::EMPTY, None),
    };
    // Without an exporter nobody is told of the release.
    let held = exporter.map(|exporter| Held { exporter, buffer });
    let export = Export {
        memory,
        _copy: copy,
        held: PyMutex::new(held),
    }
    .into_ref(&vm.ctx);
    match descriptor {
        Ok(descriptor) => Ok(PyBuffer::new(export.into(), descriptor, &METHODS)),
        Err(reason) => {
            export.release();
            let message = format!("{}: {reason}", type_name(object.class()));
            Err(vm.new_buffer_error(message))
        }
    }
}

/// The attribute `obj` of `memoryview` that RustPython has.
struct Original(PyObjectRef);

// SAFETY: where there are threads, any of them may use an object. Without the
// feature `threading` there is one thread, and RustPython asks for the bound all
// the same.
unsafe impl Send for Original {}
// SAFETY: as above.
unsafe impl Sync for Original {}

impl Original {
    fn attribute(&self) -> &PyObject {
        &self.0
    }
}

/// Prepares RustPython for the first type with buffers.
pub fn prepare(vm: &VirtualMachine) {
    static PREPARED: OnceLock<()> = OnceLock::new();
    if PREPARED.get().is_some() {
        return;
    }
    let _ = Export::make_static_type();
    let class = PyMemoryView::class(&vm.ctx);
    let name = vm.ctx.intern_str("obj");
    if let Some(original) = class.get_direct_attr(name).map(Original) {
        let get = move |view: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let object = match vm.call_get_descriptor(original.attribute(), &view) {
                Some(object) => object?,
                None => original.attribute().to_owned(),
            };
            Ok(match object.downcast_ref::<Export>() {
                Some(export) => export.exporter().unwrap_or_else(|| vm.ctx.none()),
                None => object,
            })
        };
        let getset = PyGetSet::new("obj", class, &vm.ctx).with_get(get);
        let getset = PyRef::new_ref(getset, vm.ctx.types.getset_type.to_owned(), None);
        class.set_attr(name, getset.into());
    }
    // Two threads may come here at once; one attribute then looks through the
    // other.
    PREPARED.get_or_init(|| ());
}

fn empty() -> HPy_buffer {
    HPy_buffer {
        buf: std::ptr::null_mut(),
        obj: HPy::NULL,
        len: 0,
        itemsize: 1,
        readonly: 0,
        ndim: 1,
        format: std::ptr::null_mut(),
        shape: std::ptr::null_mut(),
        strides: std::ptr::null_mut(),
        suboffsets: std::ptr::null_mut(),
        internal: std::ptr::null_mut(),
    }
}
