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

use super::info::{TypeInfo, type_name};
use crate::runtime::into_exception;
use hpy_loader::abi::{HPy, HPy_buffer};
use hpy_loader::runtime::Errors;
use rustpython_vm::builtins::{PyGetSet, PyMemoryView, PyType};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::object::{Traverse, TraverseFn};
use rustpython_vm::protocol::{BufferDescriptor, BufferFlags, BufferMethods, PyBuffer};
use rustpython_vm::types::Hashable;
use rustpython_vm::{
    Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};
use std::borrow::Cow;
use std::ffi::{CStr, c_int};
use std::sync::OnceLock;

/// One buffer that was handed out.
#[pyclass(module = false, name = "hpy_buffer", traverse = "manual")]
#[derive(Debug)]
pub struct Export {
    memory: Memory,
    /// None once it is released.
    held: PyMutex<Option<Held>>,
}

struct Held {
    exporter: PyObjectRef,
    buffer: HPy_buffer,
}

/// A range of memory of an extension.
#[derive(Debug, Clone, Copy)]
struct Memory {
    start: *mut u8,
    length: usize,
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
        let Some(Held { exporter, mut buffer }) = self.held.lock().take() else {
            return;
        };
        let function = TypeInfo::function(&exporter, |slots| slots.bf_releasebuffer);
        let Some((function, info)) = function else {
            return;
        };
        // SAFETY: the function is the type's, and the buffer is one that the
        // type's `bf_getbuffer` filled in.
        let released =
            unsafe { info.loader.call_releasebuffer(function, exporter.clone(), &mut buffer) };
        if let Err(error) = released {
            info.loader.runtime().report_unraisable(error, Some(&exporter));
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
        let message =
            format!("a bytes-like object is required, not '{}'", type_name(object.class()));
        return Err(vm.new_type_error(message));
    };
    let mut buffer = empty();
    let flags = c_int::try_from(flags.bits()).unwrap_or_default();
    // SAFETY: the function is the type's.
    let exporter = unsafe {
        info.loader.call_getbuffer(function, object.to_owned(), &mut buffer, flags)
    };
    let exporter = exporter.map_err(|error| into_exception(error, vm))?;
    let described = describe(&buffer);
    let memory = described.as_ref().map_or(Memory::EMPTY, |(_, memory)| *memory);
    // Without an exporter nobody is told of the release.
    let held = exporter.map(|exporter| Held { exporter, buffer });
    let export = Export { memory, held: PyMutex::new(held) }.into_ref(&vm.ctx);
    match described {
        Ok((descriptor, _)) => Ok(PyBuffer::new(export.into(), descriptor, &METHODS)),
        Err(reason) => {
            export.release();
            let message = format!("{}: {reason}", type_name(object.class()));
            Err(vm.new_buffer_error(message))
        }
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
    if let Some(original) = class.get_direct_attr(name) {
        let get = move |view: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let object = match vm.call_get_descriptor(&original, &view) {
                Some(object) => object?,
                None => original.clone(),
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

impl Memory {
    const EMPTY: Self = Self { start: std::ptr::dangling_mut(), length: 0 };
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

/// What RustPython needs to know of a buffer. RustPython indexes the memory by
/// this description, so one that contradicts itself is refused.
fn describe(buffer: &HPy_buffer) -> Result<(BufferDescriptor, Memory), &'static str> {
    let len = usize::try_from(buffer.len).map_err(|_| "the buffer's length is negative")?;
    let itemsize = usize::try_from(buffer.itemsize).map_err(|_| "the item size is negative")?;
    let ndim = usize::try_from(buffer.ndim).map_err(|_| "the number of dimensions is negative")?;
    if buffer.buf.is_null() && len > 0 {
        return Err("the buffer has no memory");
    }
    let format = match buffer.format {
        format if format.is_null() => Cow::Borrowed("B"),
        // SAFETY: `bf_getbuffer` sets it to null or a C string.
        format => match unsafe { CStr::from_ptr(format) }.to_str() {
            Ok("B") => Cow::Borrowed("B"),
            Ok(format) => Cow::Owned(format.to_owned()),
            Err(_) => return Err("the buffer's format is not text"),
        },
    };
    // SAFETY: `bf_getbuffer` sets the arrays to null or to `ndim` numbers.
    let array = |numbers: *mut isize| unsafe {
        (!numbers.is_null()).then(|| std::slice::from_raw_parts(numbers, ndim))
    };
    if array(buffer.suboffsets).is_some_and(|offsets| offsets.iter().any(|&offset| offset >= 0)) {
        return Err("buffers with suboffsets are not supported");
    }
    let lengths: Vec<usize> = match (array(buffer.shape), ndim) {
        (Some(shape), _) => shape
            .iter()
            .map(|&length| usize::try_from(length).map_err(|_| "a dimension is negative"))
            .collect::<Result<_, _>>()?,
        (None, 0) => Vec::new(),
        (None, 1) => vec![len.checked_div(itemsize).unwrap_or(0)],
        (None, _) => return Err("the buffer has dimensions but no shape"),
    };
    let items = lengths
        .iter()
        .try_fold(itemsize, |size, &length| size.checked_mul(length));
    if items != Some(len) {
        return Err("the buffer's length is not that of its items");
    }
    let strides = match array(buffer.strides) {
        Some(strides) => strides.to_vec(),
        None => contiguous(&lengths, itemsize),
    };
    let (before, after) = reach(&lengths, &strides, itemsize).ok_or("the strides are too large")?;
    let start = buffer.buf.cast::<u8>().wrapping_sub(before);
    let memory = match before + after {
        0 => Memory {
            start: std::ptr::dangling_mut(),
            length: 0,
        },
        length => Memory { start, length },
    };
    let descriptor = BufferDescriptor {
        len,
        offset: before.cast_signed(),
        readonly: buffer.readonly != 0,
        itemsize,
        format,
        dim_desc: lengths
            .into_iter()
            .zip(strides)
            .map(|(length, stride)| (length, stride, 0))
            .collect(),
    };
    Ok((descriptor, memory))
}

/// The strides of items that lie one after the other.
fn contiguous(lengths: &[usize], itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; lengths.len()];
    let mut stride = itemsize;
    for (place, &length) in strides.iter_mut().zip(lengths).rev() {
        *place = stride.cast_signed();
        stride = stride.saturating_mul(length);
    }
    strides
}

/// How many bytes lie before the first item, and from it on.
fn reach(lengths: &[usize], strides: &[isize], itemsize: usize) -> Option<(usize, usize)> {
    if lengths.contains(&0) || itemsize == 0 {
        return Some((0, 0));
    }
    let (mut before, mut after) = (0_usize, itemsize);
    for (&length, &stride) in lengths.iter().zip(strides) {
        let extent = stride.unsigned_abs().checked_mul(length - 1)?;
        let side = if stride < 0 { &mut before } else { &mut after };
        *side = side.checked_add(extent)?;
    }
    isize::try_from(before.checked_add(after)?).ok()?;
    Some((before, after))
}
