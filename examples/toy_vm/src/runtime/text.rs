//! `str` and `bytes`.

use hpy_loader::runtime::Text as Chapter;

use crate::{Data, Object, Text, Toy, VmResult};

impl<const THREADS: bool> Toy<THREADS> {
    fn str_of<'a>(&self, object: &'a Object) -> VmResult<&'a Text> {
        match &object.data {
            Data::Str(text) => Ok(text),
            _ => Err(self.type_error(&format!("a str is required, not {object}"))),
        }
    }

    /// Where the code points of an encoding end that has one byte for each; none for
    /// UTF-8.
    fn limit(&self, encoding: &str, errors: &str) -> VmResult<Option<u32>> {
        match (encoding, errors) {
            ("utf-8", "strict") => Ok(None),
            ("latin-1", "strict") => Ok(Some(256)),
            ("ascii", "strict") => Ok(Some(128)),
            (_, "strict") => Err(self.raise("LookupError", "unknown encoding")),
            _ => self.missing(&format!("error handler '{errors}'")),
        }
    }
}

impl<const THREADS: bool> Chapter for Toy<THREADS> {
    fn new_str(&self, text: &str) -> VmResult<Object> {
        Ok(self.text(text))
    }

    fn new_str_from_code_points(&self, code_points: &[u32]) -> VmResult<Object> {
        if code_points.iter().any(|&point| point > 0x10_FFFF) {
            return Err(self.raise("ValueError", "a character is not in range"));
        }
        Ok(self.text_of_points(code_points.to_vec()))
    }

    fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> VmResult<Object> {
        let Some(limit) = self.limit(encoding, errors)? else {
            return match std::str::from_utf8(bytes) {
                Ok(text) => Ok(self.text(text)),
                Err(error) => Err(self.raise("UnicodeDecodeError", &error.to_string())),
            };
        };
        let points: Vec<_> = bytes.iter().copied().map(u32::from).collect();
        if points.iter().any(|&point| point >= limit) {
            return Err(self.raise("UnicodeDecodeError", "ordinal not in range"));
        }
        Ok(self.text_of_points(points))
    }

    fn encode(&self, object: &Object, encoding: &str, errors: &str) -> VmResult<Object> {
        let text = self.str_of(object)?;
        let Some(limit) = self.limit(encoding, errors)? else {
            // SAFETY: the text lives as long as the object.
            return Ok(self.byte_string(unsafe { &*self.utf8(object)? }));
        };
        let small = |&point: &u32| u8::try_from(point).ok().filter(|_| point < limit);
        let bytes: Option<Vec<_>> = text.points.iter().map(small).collect();
        match bytes {
            Some(bytes) => Ok(self.byte_string(&bytes)),
            None => Err(self.raise("UnicodeEncodeError", "ordinal not in range")),
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
        match &self.str_of(object)?.utf8 {
            Some(utf8) => Ok(&raw const utf8[..utf8.len() - 1]),
            None => Err(self.raise("UnicodeEncodeError", "surrogates not allowed")),
        }
    }

    fn read_char(&self, object: &Object, index: isize) -> VmResult<u32> {
        let points = &self.str_of(object)?.points;
        let place = usize::try_from(index).ok();
        place
            .and_then(|place| points.get(place).copied())
            .ok_or_else(|| self.raise("IndexError", "string index out of range"))
    }

    fn substring(&self, object: &Object, start: isize, end: isize) -> VmResult<Object> {
        let points = &self.str_of(object)?.points;
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return Err(self.raise("IndexError", "string index out of range"));
        };
        let end = end.min(points.len());
        let points = points.get(start..end).unwrap_or_default();
        Ok(self.text_of_points(points.to_vec()))
    }

    fn new_bytes(&self, bytes: &[u8]) -> VmResult<Object> {
        Ok(self.byte_string(bytes))
    }

    fn bytes_data(&self, object: &Object) -> VmResult<*const [u8]> {
        match &object.data {
            // The slice is made from the whole, so that the NUL may be read.
            Data::Bytes(bytes) => Ok(&raw const bytes[..bytes.len() - 1]),
            _ => Err(self.type_error(&format!("expected bytes, {object} found"))),
        }
    }
}
