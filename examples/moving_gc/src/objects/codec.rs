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

/// A code point in UTF-8, a surrogate as if it were a character.
fn encode_one(point: u32, bytes: &mut Vec<u8>) {
    match char::from_u32(point) {
        Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => bytes.extend_from_slice(&[
            0xe0 | (point >> 12) as u8,
            0x80 | (point >> 6 & 0x3f) as u8,
            0x80 | (point & 0x3f) as u8,
        ]),
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

    fn unknown_handler(&self, errors: &str) -> Local {
        let message = format!("unknown error handler name '{errors}'");
        self.error("LookupError", &message)
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
                    self.handle_decoding(bytes, encoding, errors, at, wrong, &mut points)?;
                    at += wrong.0;
                }
            }
        }
        self.str_of(&self.builtin("str"), &points)
    }

    fn handle_decoding(
        &self,
        bytes: &[u8],
        encoding: Encoding,
        errors: &str,
        start: usize,
        wrong: Wrong,
        points: &mut Vec<u32>,
    ) -> Result<()> {
        let wrong_bytes = bytes[start..start + wrong.0].iter().copied();
        match errors {
            "strict" => {
                let object = self.new_scalar(&self.builtin("bytes"), Kind::Bytes, bytes)?;
                let class = "UnicodeDecodeError";
                return Err(self.unicode_error(class, encoding, &object, start, wrong));
            }
            "ignore" => {}
            "replace" => points.push(0xfffd),
            "surrogateescape" => points.extend(wrong_bytes.map(|byte| 0xdc00 + u32::from(byte))),
            "backslashreplace" => {
                let escaped: String = wrong_bytes.map(|byte| format!("\\x{byte:02x}")).collect();
                points.extend(escaped.chars().map(u32::from));
            }
            _ => return Err(self.unknown_handler(errors)),
        }
        Ok(())
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
        for (start, &point) in points.iter().enumerate() {
            let Some(reason) = encoding.refuses(point) else {
                match encoding {
                    Encoding::Utf8 => encode_one(point, &mut bytes),
                    _ => bytes.push(point as u8),
                }
                continue;
            };
            match errors {
                "strict" => {
                    let rest = points[start..].iter();
                    let wrong = rest.take_while(|&&point| encoding.refuses(point).is_some());
                    let wrong = (wrong.count(), reason);
                    return Err(self.unicode_error(
                        "UnicodeEncodeError",
                        encoding,
                        text,
                        start,
                        wrong,
                    ));
                }
                "ignore" => {}
                "replace" => bytes.push(b'?'),
                "surrogateescape" if (0xdc80..0xdd00).contains(&point) => {
                    bytes.push((point - 0xdc00) as u8);
                }
                "surrogatepass" if encoding == Encoding::Utf8 => encode_one(point, &mut bytes),
                "backslashreplace" => bytes.extend(super::text::escape(point).bytes()),
                _ => return Err(self.unknown_handler(errors)),
            }
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
