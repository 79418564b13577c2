//! `str` and `bytes`.

use super::{VmResult, out, out_value};
use crate::heap::{Kind, Local, Object};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::Text;

impl Vm {
    /// The code points of what has to be a `str`.
    fn points_of(&self, object: &Local) -> Result<Vec<u32>> {
        self.code_points(object)
            .ok_or_else(|| self.error("TypeError", "bad argument type for built-in operation"))
    }

    fn char_at(&self, object: &Local, index: isize) -> Result<u32> {
        let points = self.points_of(object)?;
        let point = usize::try_from(index)
            .ok()
            .and_then(|index| points.get(index));
        match point {
            Some(&point) => Ok(point),
            None => Err(self.error("IndexError", "string index out of range")),
        }
    }

    fn part_of(&self, object: &Local, start: isize, end: isize) -> Result {
        let points = self.points_of(object)?;
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return Err(self.error("IndexError", "string index out of range"));
        };
        let part = points.get(start..end.min(points.len())).unwrap_or_default();
        self.str_of(&self.builtin("str"), part)
    }
}

impl Text for Vm {
    fn new_str(&self, text: &str) -> VmResult<Object> {
        out(self.long_str(text))
    }

    fn new_str_from_code_points(&self, code_points: &[u32]) -> VmResult<Object> {
        if code_points.iter().any(|&point| point > 0x10_ffff) {
            let message = "character U+110000 or beyond is not in range [U+0000; U+10ffff]";
            return Err(self.error("ValueError", message).into_object());
        }
        out(self.str_of(&self.builtin("str"), code_points))
    }

    fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> VmResult<Object> {
        out(self.decode(bytes, encoding, errors))
    }

    fn encode(&self, object: &Object, encoding: &str, errors: &str) -> VmResult<Object> {
        let object = self.root(object);
        let encode = || {
            self.points_of(&object)?;
            let bytes = self.encode(&object, encoding, errors)?;
            self.new_scalar(&self.builtin("bytes"), Kind::Bytes, &bytes)
        };
        out(encode())
    }

    fn decode_fs(&self, bytes: &[u8]) -> VmResult<Object> {
        out(self.decode(bytes, "utf-8", "surrogateescape"))
    }

    fn encode_fs(&self, object: &Object) -> VmResult<Object> {
        Text::encode(self, object, "utf-8", "surrogateescape")
    }

    fn decode_object(&self, object: &Object, encoding: &str, errors: &str) -> VmResult<Object> {
        out(self.decode_object(&self.root(object), encoding, errors))
    }

    /// The text is encoded when C asks for it the first time, into memory that
    /// stays where it is.
    fn utf8(&self, object: &Object) -> VmResult<*const [u8]> {
        let object = self.root(object);
        let text = || {
            self.points_of(&object)?;
            let utf8 = self.encode(&object, "utf-8", "strict")?;
            Ok(self.heap.make_companion(&object).text(|| utf8))
        };
        out_value(text())
    }

    fn read_char(&self, object: &Object, index: isize) -> VmResult<u32> {
        out_value(self.char_at(&self.root(object), index))
    }

    fn substring(&self, object: &Object, start: isize, end: isize) -> VmResult<Object> {
        out(self.part_of(&self.root(object), start, end))
    }

    fn new_bytes(&self, bytes: &[u8]) -> VmResult<Object> {
        out(self.new_scalar(&self.builtin("bytes"), Kind::Bytes, bytes))
    }

    fn bytes_data(&self, object: &Object) -> VmResult<*const [u8]> {
        let object = self.root(object);
        if self.heap.kind(&object) != Kind::Bytes {
            let error = self.type_error("expected bytes, {} found", &[&object]);
            return Err(error.into_object());
        }
        Ok(self.bytes_data(&object))
    }
}
