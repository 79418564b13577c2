//! What can be read as bytes.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

impl Vm {
    /// The bytes of a bytes-like object, or of what yields integers.
    pub(crate) fn bytes_of(&self, object: &Local) -> Result<Vec<u8>> {
        if let Some(bytes) = self.bytes_value(object) {
            return Ok(bytes);
        }
        if let Some(answer) = self.call_for(object, "__bytes__", Kind::Bytes, "bytes")? {
            return Ok(self.bytes_value(&answer).unwrap_or_default());
        }
        if let Some(bytes) = self.buffer_bytes(object)? {
            return Ok(bytes);
        }
        let items = match self.heap.kind(object) {
            Kind::Str => None,
            _ => self.collect_items(object).ok(),
        };
        let Some(items) = items else {
            return Err(self.type_error("cannot convert '{}' object to bytes", &[object]));
        };
        let byte = |item: &Local| {
            let byte = u8::try_from(self.index_of(item, "ValueError")?);
            byte.map_err(|_| self.error("ValueError", "bytes must be in range(0, 256)"))
        };
        items.iter().map(byte).collect()
    }

    /// The bytes of an object with a buffer.
    pub(super) fn buffer_bytes(&self, object: &Local) -> Result<Option<Vec<u8>>> {
        if self.heap.kind(object) == Kind::MemoryView {
            return self.view_bytes(object).map(Some);
        }
        let class = self.class_of(object);
        let exports =
            self.find_definition(&class, |class| class.type_def.slots.bf_getbuffer.is_some());
        if exports.is_none() {
            return Ok(None);
        }
        let view = self.memory_view(object)?;
        let bytes = self.view_bytes(&view);
        self.release_view(&view)?;
        bytes.map(Some)
    }

    /// `PyObject_Bytes`: like `bytes(object)`, but not for an `int`.
    pub(crate) fn to_bytes(&self, object: &Local) -> Result {
        if self.heap.kind(object) == Kind::Bytes && self.is_builtin_class(&self.class_of(object)) {
            return Ok(object.clone());
        }
        let bytes = self.bytes_of(object)?;
        self.new_scalar(&self.builtin("bytes"), Kind::Bytes, &bytes)
    }
}
