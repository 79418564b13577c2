//! Encodings: UTF-8, Latin-1, ASCII and UTF-16, with Python's ways to handle errors.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    /// With a byte order mark, or in the order of the machine. It is decoded only.
    Utf16,
    Utf16BigEndian,
}

/// How many bytes or characters are wrong, and why.
type Wrong = (usize, &'static str);

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin-1",
            Self::Ascii => "ascii",
            Self::Utf16 | Self::Utf16BigEndian => "utf-16",
        }
    }

    /// The code point of the character at the start, and its length.
    fn decode_one(self, bytes: &[u8]) -> std::result::Result<(u32, usize), Wrong> {
        match self {
            Self::Utf8 => decode_utf8(&bytes[..bytes.len().min(4)]),
            Self::Ascii if bytes[0] >= 0x80 => Err((1, "ordinal not in range(128)")),
            Self::Ascii | Self::Latin1 => Ok((bytes[0].into(), 1)),
            Self::Utf16 => decode_utf16(bytes, u16::from_le_bytes),
            Self::Utf16BigEndian => decode_utf16(bytes, u16::from_be_bytes),
        }
    }

    /// Why a code point has no bytes of its own, if so.
    fn refuses(self, point: u32) -> Option<&'static str> {
        match self {
            Self::Latin1 => (point > 0xff).then_some("ordinal not in range(256)"),
            Self::Ascii => (point > 0x7f).then_some("ordinal not in range(128)"),
            _ => char::from_u32(point)
                .is_none()
                .then_some("surrogates not allowed"),
        }
    }
}

/// The bytes are as many as the longest character has, or all that there are.
fn decode_utf8(bytes: &[u8]) -> std::result::Result<(u32, usize), Wrong> {
    let valid = match str::from_utf8(bytes) {
        Ok(valid) => valid,
        Err(error) => {
            let valid = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            let reason = match bytes[0] {
                0xc2..0xf5 => "invalid continuation byte",
                _ => "invalid start byte",
            };
            match (valid, error.error_len()) {
                ("", Some(length)) => return Err((length, reason)),
                ("", None) => return Err((bytes.len(), "unexpected end of data")),
                (valid, _) => valid,
            }
        }
    };
    let first = valid.chars().next().unwrap_or_default();
    Ok((first.into(), first.len_utf8()))
}

fn decode_utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> std::result::Result<(u32, usize), Wrong> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    match char::decode_utf16(units).next() {
        Some(Ok(first)) => Ok((first.into(), 2 * first.len_utf16())),
        Some(Err(_)) if bytes.len() < 4 => Err((bytes.len(), "unexpected end of data")),
        Some(Err(_)) => Err((2, "illegal UTF-16 surrogate")),
        None => Err((bytes.len(), "truncated data")),
    }
}

impl Vm {
    fn encoding(&self, name: &str) -> Result<Encoding> {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Ok(Encoding::Latin1),
            "ascii" | "us-ascii" => Ok(Encoding::Ascii),
            "utf-16" | "utf16" => Ok(Encoding::Utf16),
            _ => Err(self.error("LookupError", &format!("unknown encoding: {name}"))),
        }
    }

    /// What the language's handler of errors replaces a `UnicodeError` by, and where it goes
    /// on.
    fn handle(&self, error: Local, handler: &str) -> Result<(Local, usize)> {
        if handler == "strict" {
            return Err(error);
        }
        let (codecs, name) = (self.import("codecs")?, self.str(handler));
        let handler = self.call_method(&codecs, "lookup_error", [name].into())?;
        let answer = self.call(&handler, [error].into())?;
        let [replacement, position] = &*self.collect_items(&answer)? else {
            let message = "an error handler must return a pair, not {}";
            return Err(self.type_error(message, &[&answer]));
        };
        let position = self.index_of(position, "OverflowError")?;
        Ok((replacement.clone(), position.max(0).cast_unsigned()))
    }

    /// A `UnicodeDecodeError` or `UnicodeEncodeError`.
    fn unicode_error(
        &self,
        class: &str,
        encoding: Encoding,
        object: &Local,
        start: usize,
        (length, reason): Wrong,
    ) -> Local {
        let args = [
            self.str(encoding.name()),
            object.clone(),
            self.int(start as i64),
            self.int((start + length) as i64),
            self.str(reason),
        ];
        match self.new_exception(&self.builtin(class), &args) {
            Ok(error) | Err(error) => error,
        }
    }

    /// `bytes.decode(encoding, errors)`.
    pub fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> Result {
        let (encoding, mut at) = match (self.encoding(encoding)?, bytes) {
            (Encoding::Utf16, [0xfe, 0xff, ..]) => (Encoding::Utf16BigEndian, 2),
            (Encoding::Utf16, [0xff, 0xfe, ..]) => (Encoding::Utf16, 2),
            (encoding, _) => (encoding, 0),
        };
        let mut points = Vec::with_capacity(bytes.len());
        while at < bytes.len() {
            match encoding.decode_one(&bytes[at..]) {
                Ok((point, length)) => {
                    points.push(point);
                    at += length;
                }
                Err(wrong) => {
                    let object = self.new_scalar(&self.builtin("bytes"), Kind::Bytes, bytes)?;
                    let class = "UnicodeDecodeError";
                    let error = self.unicode_error(class, encoding, &object, at, wrong);
                    let (replacement, next) = self.handle(error, errors)?;
                    points.extend(self.units(&replacement));
                    at = next;
                }
            }
        }
        self.str_of(&self.builtin("str"), &points)
    }

    /// `str.encode(encoding, errors)`, as Rust's bytes.
    pub fn encode(&self, text: &Local, encoding: &str, errors: &str) -> Result<Vec<u8>> {
        let Some(points) = self.code_points(text) else {
            return Err(self.type_error("str expected, not {}", &[text]));
        };
        let name = encoding;
        let encoding = self.encoding(name)?;
        if encoding == Encoding::Utf16 {
            return Err(self.error("LookupError", &format!("unknown encoding: {name}")));
        }
        let mut bytes = Vec::with_capacity(points.len());
        let mut at = 0;
        while let Some(&point) = points.get(at) {
            let Some(reason) = encoding.refuses(point) else {
                match char::from_u32(point) {
                    Some(character) if encoding == Encoding::Utf8 => {
                        bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
                    }
                    _ => bytes.push(point as u8),
                }
                at += 1;
                continue;
            };
            let rest = points[at..].iter();
            let wrong = rest.take_while(|&&point| encoding.refuses(point).is_some());
            let wrong = (wrong.count(), reason);
            let error = self.unicode_error("UnicodeEncodeError", encoding, text, at, wrong);
            let (replacement, next) = self.handle(error, errors)?;
            match self.bytes_value(&replacement) {
                Some(replacement) => bytes.extend(replacement),
                None => bytes.extend(self.encode(&replacement, name, "strict")?),
            }
            at = next;
        }
        Ok(bytes)
    }

    /// `PyUnicode_FromEncodedObject`.
    pub(crate) fn decode_object(&self, object: &Local, encoding: &str, errors: &str) -> Result {
        if self.heap.kind(object) == Kind::Str {
            return Err(self.error("TypeError", "decoding str is not supported"));
        }
        let bytes = match self.bytes_value(object) {
            Some(bytes) => Some(bytes),
            None => self.buffer_bytes(object)?,
        };
        match bytes {
            Some(bytes) => self.decode(&bytes, encoding, errors),
            None => {
                let message = "decoding to str: need a bytes-like object, {} found";
                Err(self.type_error(message, &[object]))
            }
        }
    }
}
