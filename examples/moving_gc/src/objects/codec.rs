//! Encodings: UTF-8, Latin-1 and ASCII, with Python's ways to handle errors.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin-1",
            Self::Ascii => "ascii",
        }
    }
}

/// Where decoding goes wrong: the first bad byte, the byte behind the bad ones,
/// and why.
type Wrong = (usize, usize, &'static str);

/// The code point of a character that is whole and right, and its length.
fn decode_one(bytes: &[u8]) -> std::result::Result<(u32, usize), (usize, &'static str)> {
    let first = bytes[0];
    let (length, least) = match first {
        0..0x80 => return Ok((first.into(), 1)),
        0xc2..0xe0 => (2, 0x80),
        0xe0..0xf0 => (3, 0x800),
        0xf0..0xf5 => (4, 0x1_0000),
        _ => return Err((1, "invalid start byte")),
    };
    let mut point = u32::from(first) & (0x7f >> length);
    for i in 1..length {
        let Some(&byte) = bytes.get(i) else {
            return Err((i, "unexpected end of data"));
        };
        if byte & 0xc0 != 0x80 {
            return Err((i, "invalid continuation byte"));
        }
        point = point << 6 | u32::from(byte & 0x3f);
        let rest = 6 * (length - 1 - i);
        // As early as CPython sees it, which decides what is replaced.
        let (low, high) = (point << rest, (point << rest) | ((1 << rest) - 1));
        if high < least || low > 0x10_ffff || (low >= 0xd800 && high <= 0xdfff) {
            return Err((i, "invalid continuation byte"));
        }
    }
    Ok((point, length))
}

/// A code point in UTF-8, a surrogate as if it were a character.
pub(super) fn encode_one(point: u32, bytes: &mut Vec<u8>) {
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
            _ => Err(self.error("LookupError", &format!("unknown encoding: {name}"))),
        }
    }

    fn unknown_handler(&self, errors: &str) -> Local {
        let message = format!("unknown error handler name '{errors}'");
        self.error("LookupError", &message)
    }

    /// `bytes.decode(encoding, errors)`.
    ///
    /// # Errors
    ///
    /// `UnicodeDecodeError`, `LookupError`.
    pub fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> Result {
        if matches!(
            &*encoding.to_ascii_lowercase(),
            "utf-16" | "utf16" | "utf_16"
        ) {
            return self.decode_utf16(bytes, errors);
        }
        let encoding = self.encoding(encoding)?;
        let mut points = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let one = match encoding {
                Encoding::Utf8 => decode_one(&bytes[at..]),
                Encoding::Ascii if bytes[at] >= 0x80 => Err((1, "ordinal not in range(128)")),
                _ => Ok((bytes[at].into(), 1)),
            };
            match one {
                Ok((point, length)) => {
                    points.push(point);
                    at += length;
                }
                Err((length, reason)) => {
                    let wrong = (at, at + length, reason);
                    self.handle_decoding(bytes, encoding, errors, wrong, &mut points)?;
                    at += length;
                }
            }
        }
        self.str_of(&self.builtin("str"), &points)
    }

    /// UTF-16 with a byte order mark, or in the order of the machine.
    fn decode_utf16(&self, bytes: &[u8], errors: &str) -> Result {
        let (big, body) = match bytes {
            [0xfe, 0xff, body @ ..] => (true, body),
            [0xff, 0xfe, body @ ..] => (false, body),
            body => (false, body),
        };
        let pairs = body.chunks_exact(2).map(|pair| match big {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        });
        let wrong = (bytes.len().saturating_sub(1), bytes.len(), "truncated data");
        let mut points = Vec::with_capacity(body.len() / 2);
        for unit in char::decode_utf16(pairs) {
            match (unit, errors) {
                (Ok(character), _) => points.push(u32::from(character)),
                (Err(_), "ignore") => {}
                (Err(_), "replace") => points.push(0xfffd),
                (Err(_), _) => return Err(self.utf16_error(bytes, wrong)),
            }
        }
        match (body.len() % 2, errors) {
            (0, _) | (1, "ignore") => {}
            (_, "replace") => points.push(0xfffd),
            _ => return Err(self.utf16_error(bytes, wrong)),
        }
        self.str_of(&self.builtin("str"), &points)
    }

    fn utf16_error(&self, bytes: &[u8], (start, end, reason): Wrong) -> Local {
        match self.new_scalar(&self.builtin("bytes"), Kind::Bytes, bytes) {
            Ok(object) => {
                let class = "UnicodeDecodeError";
                self.unicode_error(class, "utf-16", &object, start, end, reason)
            }
            Err(error) => error,
        }
    }

    fn handle_decoding(
        &self,
        bytes: &[u8],
        encoding: Encoding,
        errors: &str,
        (start, end, reason): Wrong,
        points: &mut Vec<u32>,
    ) -> Result<()> {
        let wrong = bytes[start..end].iter().copied();
        match errors {
            "strict" => {
                let object = self.new_scalar(&self.builtin("bytes"), Kind::Bytes, bytes)?;
                let class = "UnicodeDecodeError";
                return Err(self.unicode_error(
                    class,
                    encoding.name(),
                    &object,
                    start,
                    end,
                    reason,
                ));
            }
            "ignore" => {}
            "replace" => points.push(0xfffd),
            "surrogateescape" => points.extend(wrong.map(|byte| 0xdc00 + u32::from(byte))),
            "backslashreplace" => {
                let escaped: String = wrong.map(|byte| format!("\\x{byte:02x}")).collect();
                points.extend(escaped.chars().map(u32::from));
            }
            _ => return Err(self.unknown_handler(errors)),
        }
        Ok(())
    }

    /// `str.encode(encoding, errors)`, as Rust's bytes.
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError`, `LookupError`; `TypeError` for what is no `str`.
    pub fn encode(&self, text: &Local, encoding: &str, errors: &str) -> Result<Vec<u8>> {
        let Some(points) = self.code_points(text) else {
            let message = format!("str expected, not {}", self.type_name_for(text));
            return Err(self.error("TypeError", &message));
        };
        let encoding = self.encoding(encoding)?;
        let (is_wrong, reason): (fn(u32) -> bool, _) = match encoding {
            Encoding::Utf8 => (
                |point| char::from_u32(point).is_none(),
                "surrogates not allowed",
            ),
            Encoding::Latin1 => (|point| point > 0xff, "ordinal not in range(256)"),
            Encoding::Ascii => (|point| point > 0x7f, "ordinal not in range(128)"),
        };
        let mut bytes = Vec::with_capacity(points.len());
        for (start, &point) in points.iter().enumerate() {
            if !is_wrong(point) {
                match encoding {
                    Encoding::Utf8 => encode_one(point, &mut bytes),
                    _ => bytes.push(point as u8),
                }
                continue;
            }
            match errors {
                "strict" => {
                    let wrong = points[start..].iter().take_while(|&&point| is_wrong(point));
                    let end = start + wrong.count();
                    let class = "UnicodeEncodeError";
                    return Err(self.unicode_error(
                        class,
                        encoding.name(),
                        text,
                        start,
                        end,
                        reason,
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
                let message = format!(
                    "decoding to str: need a bytes-like object, {} found",
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
        }
    }
}
