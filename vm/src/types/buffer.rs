//! Buffers that extensions export.
//!
//! Each time somebody asks for an object's memory, `bf_getbuffer` fills in an
//! `HPy_buffer`, and `bf_releasebuffer` gets the same one back. RustPython's
//! `PyBuffer` has no room for it: what it hands to its methods is the object and a
//! description of the memory. The filled-in buffers are therefore kept beside the
//! instance, in numbered places, and the number is in the *methods*: there is one
//! set of them for each of the first [`PLACES`] places. Asking the object twice
//! for the same memory, in the same words, shares a place, so the limit is on
//! different views of one object at the same time.

use super::info::{TypeInfo, type_name};
use super::payload::native_of;
use crate::runtime::into_exception;
use hpy_loader::abi::{HPy, HPy_buffer};
use rustpython_vm::common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::protocol::{BufferDescriptor, BufferFlags, BufferMethods, PyBuffer};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::borrow::Cow;
use std::ffi::{CStr, c_int};

/// How many different buffers of one object there can be at a time.
const PLACES: usize = 32;

/// The buffers of one instance that are in use.
#[derive(Default)]
pub struct Exports {
    places: PyMutex<Vec<Option<Export>>>,
}

struct Export {
    buffer: HPy_buffer,
    /// The memory that the buffer reaches.
    memory: Memory,
    /// How often it was handed out.
    uses: usize,
}

/// A range of memory of an extension.
#[derive(Clone, Copy)]
struct Memory {
    start: *mut u8,
    length: usize,
}

// SAFETY: the pointers are the extension's, which promises that the memory stays
// until the buffer is released; they are handed to it under the HPy lock.
unsafe impl Send for Export {}

impl Export {
    fn is_same(&self, other: &HPy_buffer) -> bool {
        let HPy_buffer {
            buf,
            obj: HPy(_),
            len,
            itemsize,
            readonly,
            ndim,
            format,
            shape,
            strides,
            suboffsets,
            internal,
        } = &self.buffer;
        *buf == other.buf
            && (*len, *itemsize) == (other.len, other.itemsize)
            && (*readonly, *ndim) == (other.readonly, other.ndim)
            && *format == other.format
            && (*shape, *strides) == (other.shape, other.strides)
            && *suboffsets == other.suboffsets
            && *internal == other.internal
    }
}

impl Exports {
    /// Keeps a buffer, if there is room: the number of its place.
    fn keep(&self, buffer: HPy_buffer, memory: Memory) -> Result<usize, HPy_buffer> {
        let mut places = self.places.lock();
        for (place, export) in places.iter_mut().enumerate() {
            if let Some(export) = export.as_mut().filter(|export| export.is_same(&buffer)) {
                export.uses += 1;
                return Ok(place);
            }
        }
        let place = match places.iter().position(Option::is_none) {
            Some(place) => place,
            None if places.len() < PLACES => {
                places.push(None);
                places.len() - 1
            }
            None => return Err(buffer),
        };
        places[place] = Some(Export {
            buffer,
            memory,
            uses: 1,
        });
        Ok(place)
    }

    fn memory(&self, place: usize) -> Option<Memory> {
        Some(self.places.lock().get(place)?.as_ref()?.memory)
    }

    /// Takes back one use of a buffer: what `bf_releasebuffer` gets.
    fn release(&self, place: usize) -> Option<HPy_buffer> {
        let mut places = self.places.lock();
        let kept = places.get_mut(place)?;
        let export = kept.as_mut()?;
        export.uses -= 1;
        let buffer = copy(&export.buffer);
        if export.uses == 0 {
            *kept = None;
        }
        Some(buffer)
    }
}

fn copy(buffer: &HPy_buffer) -> HPy_buffer {
    let HPy_buffer {
        buf,
        obj: _,
        len,
        itemsize,
        readonly,
        ndim,
        format,
        shape,
        strides,
        suboffsets,
        internal,
    } = *buffer;
    let obj = HPy::NULL;
    HPy_buffer {
        buf,
        obj,
        len,
        itemsize,
        readonly,
        ndim,
        format,
        shape,
        strides,
        suboffsets,
        internal,
    }
}

fn export_memory(buffer: &PyBuffer, place: usize) -> Memory {
    let extra = native_of(&buffer.obj).and_then(|native| native.extra());
    let memory = extra.and_then(|extra| extra.exports.memory(place));
    // A buffer that has been released reaches nothing.
    memory.unwrap_or(Memory {
        start: std::ptr::dangling_mut(),
        length: 0,
    })
}

fn release(buffer: &PyBuffer, place: usize) {
    let extra = native_of(&buffer.obj).and_then(|native| native.extra());
    let Some(mut kept) = extra.and_then(|extra| extra.exports.release(place)) else {
        return;
    };
    let Some((function, info)) = TypeInfo::function(&buffer.obj, |slots| slots.bf_releasebuffer)
    else {
        return;
    };
    // SAFETY: the function is the type's, and the buffer is one that the type's
    // `bf_getbuffer` filled in.
    let released = unsafe {
        info.loader
            .call_releasebuffer(function, buffer.obj.clone(), &mut kept)
    };
    if let Err(error) = released {
        use hpy_loader::runtime::Errors;
        info.loader
            .runtime()
            .report_unraisable(error, Some(&buffer.obj));
    }
}

macro_rules! methods {
    ($($place:literal)*) => {
        /// The methods for the buffers in each place.
        static METHODS: [BufferMethods; PLACES] = [$(BufferMethods {
            obj_bytes: |buffer| {
                let Memory { start, length } = export_memory(buffer, $place);
                // SAFETY: the extension has promised this memory until the
                // buffer is released, and `buffer` is not.
                BorrowedValue::Ref(unsafe { std::slice::from_raw_parts(start, length) })
            },
            obj_bytes_mut: |buffer| {
                let Memory { start, length } = export_memory(buffer, $place);
                // SAFETY: as above. RustPython asks for this only if the buffer
                // is not read-only.
                BorrowedValueMut::RefMut(unsafe { std::slice::from_raw_parts_mut(start, length) })
            },
            release: |buffer| release(buffer, $place),
            retain: |_| {},
        }),*];
    };
}

methods! { 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 }

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
    // SAFETY: the function is the type's.
    let exporter = unsafe {
        info.loader
            .call_getbuffer(function, object.to_owned(), &mut buffer, flags)
    };
    let exporter = exporter.map_err(|error| into_exception(error, vm))?;
    // Without an exporter nobody is told of the release.
    let exporter = exporter.unwrap_or_else(|| object.to_owned());
    let described = describe(&buffer).and_then(|(descriptor, memory)| {
        let native =
            native_of(&exporter).ok_or("the exporter is not an instance of an HPy type")?;
        let place = native.make_extra().exports.keep(copy(&buffer), memory);
        let place = place.map_err(|_| "too many different buffers of one object")?;
        Ok((descriptor, place))
    });
    match described {
        Ok((descriptor, place)) => Ok(PyBuffer::new(exporter, descriptor, &METHODS[place])),
        Err(reason) => {
            give_back(&exporter, &mut buffer);
            let message = format!("{}: {reason}", type_name(object.class()));
            Err(vm.new_buffer_error(message))
        }
    }
}

/// Releases a buffer that can't be handed on.
fn give_back(exporter: &PyObjectRef, buffer: &mut HPy_buffer) {
    let function = TypeInfo::function(exporter, |slots| slots.bf_releasebuffer);
    if let Some((function, info)) = function {
        // SAFETY: as in `release`. The caller raises an error anyway.
        drop(unsafe {
            info.loader
                .call_releasebuffer(function, exporter.clone(), buffer)
        });
    }
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
