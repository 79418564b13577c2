//! `str` and `bytes`.

use hpy_loader::runtime::{Errors, Text};

use crate::{Data, Object, Toy, VmResult};

/// What lies before the NUL, as C gets it: the pointer is made from the whole, so that
/// the NUL may be read.
fn before_nul(bytes: &[u8]) -> *const [u8] {
    std::ptr::slice_from_raw_parts(bytes.as_ptr(), bytes.len() - 1)
}

impl<const THREADS: bool> Toy<THREADS> {
    fn str_of<'a>(&self, object: &'a Object) -> VmResult<&'a str> {
        object.text().ok_or_else(|| self.no_str(object))
    }

    fn no_str(&self, object: &Object) -> Object {
        self.type_error(&format!("a str is required, not {object}"))
    }

    /// Whether an encoding is ASCII, and not UTF-8. The toy has no others.
    fn is_ascii(&self, encoding: &str, errors: &str) -> VmResult<bool> {
        match (encoding, errors) {
            ("ascii", "strict") => Ok(true),
            ("utf-8", "strict") => Ok(false),
            _ => Err(self.not_implemented(&format!("{encoding}, errors={errors}"))),
        }
    }
}

impl<const THREADS: bool> Text for Toy<THREADS> {
    fn new_str(&self, text: &str) -> VmResult<Object> {
        Ok(self.text(text))
    }

    fn new_str_from_code_points(&self, code_points: &[u32]) -> VmResult<Object> {
        let characters = code_points.iter().map(|&point| char::from_u32(point));
        match characters.collect::<Option<String>>() {
            Some(text) => Ok(self.text(&text)),
            None => Err(self.raise("ValueError", "a code point is no character")),
        }
    }

    fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> VmResult<Object> {
        let is_ascii = self.is_ascii(encoding, errors)?;
        match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() || !is_ascii => Ok(self.text(text)),
            _ => Err(self.raise("UnicodeDecodeError", &format!("no {encoding}"))),
        }
    }

    fn encode(&self, object: &Object, encoding: &str, errors: &str) -> VmResult<Object> {
        let text = self.str_of(object)?;
        match self.is_ascii(encoding, errors)? && !text.is_ascii() {
            true => Err(self.raise("UnicodeEncodeError", &format!("no {encoding}"))),
            false => Ok(self.byte_string(text.as_bytes())),
        }
    }

    fn decode_fs(&self, bytes: &[u8]) -> VmResult<Object> {
        self.decode(bytes, "utf-8", "strict")
    }

    fn encode_fs(&self, object: &Object) -> VmResult<Object> {
        self.encode(object, "utf-8", "strict")
    }

    fn decode_object(&self, object: &Object, encoding: &str, errors: &str) -> VmResult<Object> {
        // SAFETY: the bytes live as long as the object.
        let bytes = unsafe { &*self.bytes_data(object)? };
        self.decode(bytes, encoding, errors)
    }

    fn utf8(&self, object: &Object) -> VmResult<*const [u8]> {
        match &object.data {
            Data::Str(text) => Ok(before_nul(text.as_bytes())),
            _ => Err(self.no_str(object)),
        }
    }

    fn read_char(&self, object: &Object, index: isize) -> VmResult<u32> {
        let mut characters = self.str_of(object)?.chars();
        let index = usize::try_from(index).ok();
        match index.and_then(|index| characters.nth(index)) {
            Some(character) => Ok(character.into()),
            None => Err(self.raise("IndexError", "string index out of range")),
        }
    }

    fn substring(&self, object: &Object, start: isize, end: isize) -> VmResult<Object> {
        let text = self.str_of(object)?;
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return Err(self.raise("IndexError", "string index out of range"));
        };
        let part: String = text.chars().take(end).skip(start).collect();
        Ok(self.text(&part))
    }

    fn new_bytes(&self, bytes: &[u8]) -> VmResult<Object> {
        Ok(self.byte_string(bytes))
    }

    fn bytes_data(&self, object: &Object) -> VmResult<*const [u8]> {
        match &object.data {
            Data::Bytes(bytes) => Ok(before_nul(bytes)),
            _ => Err(self.type_error(&format!("expected bytes, {object} found"))),
        }
    }
}
