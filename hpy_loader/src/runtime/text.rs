//! `str` and `bytes`.

use super::{Roots, VmResult};

/// Text and bytes.
///
/// An `encoding` is what C gives to `HPyUnicode_FromEncodedObject`, or one of `utf-8`,
/// `ascii` and `latin-1`, spelt like this. `errors` is what C gives, or `strict`.
pub trait Text: Roots {
    /// A `str` of valid UTF-8; `MemoryError` where there is no room for it.
    fn new_str(&self, text: &str) -> VmResult<Self::Object, Self>;
    /// A `str` of code points, surrogates among them; `ValueError` above
    /// U+10FFFF.
    fn new_str_from_code_points(&self, code_points: &[u32]) -> VmResult<Self::Object, Self>;
    /// `bytes.decode(encoding, errors)`.
    fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> VmResult<Self::Object, Self>;
    /// `str.encode(encoding, errors)`; `TypeError` if `object` is no `str`.
    fn encode(
        &self,
        object: &Self::Object,
        encoding: &str,
        errors: &str,
    ) -> VmResult<Self::Object, Self>;
    /// `os.fsdecode`.
    fn decode_fs(&self, bytes: &[u8]) -> VmResult<Self::Object, Self>;
    /// `os.fsencode` of a `str`.
    fn encode_fs(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `PyUnicode_FromEncodedObject`: decodes a bytes-like object.
    fn decode_object(
        &self,
        object: &Self::Object,
        encoding: &str,
        errors: &str,
    ) -> VmResult<Self::Object, Self>;
    /// The UTF-8 form of a `str`. A NUL byte follows the slice in memory, and
    /// the memory stays as it is while the *object* lives, not just this root.
    /// `TypeError` if it is no `str`, `UnicodeEncodeError` for surrogates.
    fn utf8(&self, object: &Self::Object) -> VmResult<*const [u8], Self>;
    /// The code point at `index`; `IndexError` outside, `TypeError` if it is no
    /// `str`.
    fn read_char(&self, object: &Self::Object, index: isize) -> VmResult<u32, Self>;
    /// `object[start:end]` of a `str`; `end` may lie beyond the length, negative
    /// indices are an `IndexError`.
    fn substring(
        &self,
        object: &Self::Object,
        start: isize,
        end: isize,
    ) -> VmResult<Self::Object, Self>;
    /// A `bytes`; `MemoryError` where there is no room for it.
    fn new_bytes(&self, bytes: &[u8]) -> VmResult<Self::Object, Self>;
    /// The content of a `bytes`, under the same promise as [`utf8`](Self::utf8).
    /// `TypeError` if it is no `bytes`.
    fn bytes_data(&self, object: &Self::Object) -> VmResult<*const [u8], Self>;
}
