//! What can be read as bytes.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

impl Vm {
    /// The bytes of a bytes-like object, or of what yields integers.
    pub(crate) fn bytes_of(&self, object: &Local) -> Result<Vec<u8>> {
        if let Some(bytes) = self.bytes_value(object) {
            return Ok(bytes);
        }
        if let Some(answer) = self.call_own(object, "__bytes__", &[])? {
            return self.bytes_value(&answer).ok_or_else(|| {
                let class = self.type_name_for(&answer);
                let message = format!("__bytes__ returned non-bytes (type {class})");
                self.error("TypeError", &message)
            });
        }
        if let Some(bytes) = self.buffer_bytes(object)? {
            return Ok(bytes);
        }
        let items = match self.heap.kind(object) {
            Kind::Str => None,
            _ => self.collect_items(object).ok(),
        };
        let Some(items) = items else {
            let class = self.type_name_for(object);
            let message = format!("cannot convert '{class}' object to bytes");
            return Err(self.error("TypeError", &message));
        };
        let mut bytes = Vec::with_capacity(items.len());
        for item in items {
            let index = self.index_of(&item, "ValueError")?;
            match u8::try_from(index) {
                Ok(byte) => bytes.push(byte),
                Err(_) => {
                    let message = "bytes must be in range(0, 256)";
                    return Err(self.error("ValueError", message));
                }
            }
        }
        Ok(bytes)
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
