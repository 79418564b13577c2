//! `memoryview`: the memory of another object.
//!
//! The memory is an extension's, or the companion's copy of a `bytes`; neither
//! moves. The view keeps the exporter alive, and gives the buffer back when it
//! is released or dies.

use super::class::Definition;
use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::abi::{HPy, HPy_buffer};
use hpy_loader::memory::is_available;
use std::cell::{Cell, RefCell};
use std::ffi::CStr;

/// `PyBUF_FULL_RO` of CPython: format, shape and strides are wanted, writing is not.
const FULL_RO: i32 = 0x0004 | 0x0100 | 0x0010 | 0x0008;

/// What a view knows in Rust.
struct View {
    buffer: RefCell<HPy_buffer>,
    released: Cell<bool>,
}

fn empty_buffer() -> HPy_buffer {
    HPy_buffer {
        buf: std::ptr::null_mut(),
        obj: HPy::NULL,
        len: 0,
        itemsize: 1,
        readonly: 1,
        ndim: 1,
        format: std::ptr::null_mut(),
        shape: std::ptr::null_mut(),
        strides: std::ptr::null_mut(),
        suboffsets: std::ptr::null_mut(),
        internal: std::ptr::null_mut(),
    }
}

impl Vm {
    /// `memoryview(object)`.
    pub fn memory_view(&self, object: &Local) -> Result {
        let view = self.allocate(Kind::MemoryView, &self.builtin("memoryview"), 1, 0)?;
        let mut buffer = empty_buffer();
        let mut exporter = object.clone();
        if self.heap.kind(object) == Kind::Bytes {
            let bytes = self.bytes_data(object);
            buffer.buf = bytes.cast_mut().cast();
            buffer.len = bytes.len().cast_signed();
        } else {
            let class = self.class_of(object);
            let exports = |class: &Definition| class.type_def.slots.bf_getbuffer.is_some();
            let Some((definition, function)) = self
                .find_definition(&class, exports)
                .and_then(|class| Some((class, class.type_def.slots.bf_getbuffer?)))
            else {
                let message = "memoryview: a bytes-like object is required, not '{}'";
                return Err(self.type_error(message, &[object]));
            };
            let args = (object.to_object(), &mut buffer, FULL_RO);
            let obj = definition.loader.call_slot(function, args);
            if let Some(obj) = self.rooted_error(obj)? {
                exporter = self.heap.root(&obj);
            }
            self.heap.await_finalizer(&view);
        }
        self.heap.set(&view, 0, &exporter);
        let data = View {
            buffer: RefCell::new(buffer),
            released: Cell::new(false),
        };
        self.heap.make_companion(&view).set_payload(Box::new(data));
        Ok(view)
    }

    fn view<'a>(&self, view: &'a Local) -> Result<&'a View> {
        let data = self
            .heap
            .companion(view)
            .and_then(|companion| companion.payload::<View>());
        match data {
            Some(data) if !data.released.get() => Ok(data),
            _ => {
                let message = "operation forbidden on released memoryview object";
                Err(self.error("ValueError", message))
            }
        }
    }

    /// `memoryview.release()`.
    pub(crate) fn release_view(&self, view: &Local) -> Result<()> {
        let Ok(data) = self.view(view) else {
            return Ok(());
        };
        data.released.set(true);
        let Some(exporter) = self.heap.get(view, 0) else {
            return Ok(());
        };
        let class = self.class_of(&exporter);
        let releases = |class: &Definition| class.type_def.slots.bf_releasebuffer.is_some();
        let Some((definition, function)) = self
            .find_definition(&class, releases)
            .and_then(|class| Some((class, class.type_def.slots.bf_releasebuffer?)))
        else {
            return Ok(());
        };
        let mut buffer = std::mem::replace(&mut *data.buffer.borrow_mut(), empty_buffer());
        let args = (exporter.to_object(), &mut buffer);
        self.rooted_error(definition.loader.call_slot(function, args))
    }

    /// The bytes of a view that is contiguous.
    pub(crate) fn view_bytes(&self, view: &Local) -> Result<Vec<u8>> {
        let buffer = self.view(view)?.buffer.borrow();
        let length = buffer.len.max(0).cast_unsigned();
        if buffer.buf.is_null() || length == 0 {
            return Ok(Vec::new());
        }
        if !is_available(length) {
            return Err(self.error("MemoryError", "the view is larger than memory"));
        }
        // SAFETY: the exporter promises so many bytes until the buffer is given
        // back, which the view has not been.
        Ok(unsafe { std::slice::from_raw_parts(buffer.buf.cast::<u8>(), length) }.to_vec())
    }

    fn view_shape(&self, view: &Local) -> Result<Vec<isize>> {
        self.view_extents(view, |b| (b.shape, b.len / b.itemsize.max(1)))
    }

    fn view_strides(&self, view: &Local) -> Result<Vec<isize>> {
        self.view_extents(view, |b| (b.strides, b.itemsize))
    }

    /// A number for each dimension, or the one for a buffer that has no such numbers.
    fn view_extents(
        &self,
        view: &Local,
        of: fn(&HPy_buffer) -> (*mut isize, isize),
    ) -> Result<Vec<isize>> {
        let buffer = self.view(view)?.buffer.borrow();
        let (extents, default) = of(&buffer);
        if extents.is_null() {
            return Ok(vec![default]);
        }
        let count = buffer.ndim.max(0) as usize;
        // SAFETY: the exporter gives one length and one distance for each dimension.
        Ok(unsafe { std::slice::from_raw_parts(extents, count) }.to_vec())
    }

    fn view_format(&self, view: &Local) -> Result<String> {
        let buffer = self.view(view)?.buffer.borrow();
        if buffer.format.is_null() {
            return Ok("B".to_owned());
        }
        // SAFETY: not null, so it is a C string of the exporter's.
        Ok(unsafe { CStr::from_ptr(buffer.format) }
            .to_string_lossy()
            .into_owned())
    }

    /// Where an item of a view of one dimension lies, and how many bytes it has.
    fn view_item(&self, view: &Local, place: &Local) -> Result<(*mut u8, usize)> {
        let place = self.index_of(place, "IndexError")?;
        let (shape, strides) = (self.view_shape(view)?, self.view_strides(view)?);
        let buffer = self.view(view)?.buffer.borrow();
        match (&*shape, &*strides) {
            ([length], [stride]) if (0..*length).contains(&place) => {
                let address = buffer.buf.cast::<u8>().wrapping_offset(place * stride);
                Ok((address, buffer.itemsize.max(0).cast_unsigned()))
            }
            ([_], [_]) => Err(self.error("IndexError", "index out of range")),
            _ => {
                let message = "multi-dimensional sub-views are not implemented";
                Err(self.error("NotImplementedError", message))
            }
        }
    }

    /// The bytes of an item.
    pub(crate) fn read_view_item(&self, view: &Local, place: &Local) -> Result {
        let (address, size) = self.view_item(view, place)?;
        // SAFETY: the exporter promises an item in each place of the first dimension.
        Ok(self.bytes(unsafe { std::slice::from_raw_parts(address, size) }))
    }

    /// Replaces the bytes of an item, of which there are as many.
    pub(crate) fn write_view_item(&self, view: &Local, place: &Local, bytes: &[u8]) -> Result<()> {
        let (address, size) = self.view_item(view, place)?;
        if self.view(view)?.buffer.borrow().readonly != 0 {
            return Err(self.error("TypeError", "cannot modify read-only memory"));
        }
        if bytes.len() != size {
            return Err(self.error("ValueError", "memoryview: an item has another size"));
        }
        // SAFETY: as in `read_view_item`, and the exporter allows writing.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, size) };
        Ok(())
    }

    /// An attribute of a view.
    pub(crate) fn view_attribute(&self, view: &Local, name: &str) -> Result<Option<Local>> {
        let tuple = |numbers: Vec<isize>| {
            let numbers: Vec<Local> = numbers.iter().map(|&n| self.int(n as i64)).collect();
            self.tuple(&numbers)
        };
        Ok(Some(match name {
            "obj" => self.heap.get(view, 0).unwrap_or_else(|| self.none()),
            "nbytes" => self.int(self.view(view)?.buffer.borrow().len as i64),
            "itemsize" => self.int(self.view(view)?.buffer.borrow().itemsize as i64),
            "ndim" => self.int(self.view(view)?.buffer.borrow().ndim.into()),
            "readonly" => self.bool(self.view(view)?.buffer.borrow().readonly != 0),
            "format" => self.str(&self.view_format(view)?),
            "shape" => tuple(self.view_shape(view)?),
            "strides" => tuple(self.view_strides(view)?),
            _ => return Ok(None),
        }))
    }

    /// The content of a `bytes`, where C may see it.
    pub(crate) fn bytes_data(&self, bytes: &impl crate::heap::Reference) -> *const [u8] {
        let content = self.bytes_value(bytes).unwrap_or_default();
        self.heap.make_companion(bytes).text(|| content)
    }
}
