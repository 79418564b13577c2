//! Numbers, text and the singletons: making them, and reading their values.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

impl Vm {
    /// `None`.
    pub fn none(&self) -> Local {
        self.builtin("None")
    }

    /// Whether the object is `None`.
    pub fn is_none(&self, object: &impl Reference) -> bool {
        self.is_builtin(object, "None")
    }

    /// `NotImplemented`.
    pub fn not_implemented(&self) -> Local {
        self.builtin("NotImplemented")
    }

    /// Whether the object is `NotImplemented`.
    pub fn is_not_implemented(&self, object: &impl Reference) -> bool {
        self.is_builtin(object, "NotImplemented")
    }

    /// `True` or `False`.
    pub fn bool(&self, value: bool) -> Local {
        self.builtin(if value { "True" } else { "False" })
    }

    /// An `int`.
    pub fn int(&self, value: i64) -> Local {
        self.new_small(&self.builtin("int"), Kind::Int, &value.to_le_bytes())
    }

    /// An `int` of any size.
    pub fn big_int(&self, value: &BigInt) -> Local {
        match value.to_i64() {
            Some(value) => self.int(value),
            None => self.new_small(&self.builtin("int"), Kind::Int, &int_bytes(value)),
        }
    }

    /// An instance of `int` or a subclass.
    pub(crate) fn int_of(&self, class: &Local, value: &BigInt) -> Result {
        self.new_scalar(class, Kind::Int, &int_bytes(value))
    }

    /// A `float`.
    pub fn float(&self, value: f64) -> Local {
        self.new_small(&self.builtin("float"), Kind::Float, &value.to_le_bytes())
    }

    /// An instance of `float` or a subclass.
    pub(crate) fn float_of(&self, class: &Local, value: f64) -> Result {
        self.new_scalar(class, Kind::Float, &value.to_le_bytes())
    }

    /// A `str` of any length.
    ///
    /// # Errors
    ///
    /// `MemoryError`.
    pub(crate) fn long_str(&self, text: &str) -> Result {
        self.str_of(&self.builtin("str"), &points_of(text))
    }

    /// A `str` that is short.
    ///
    /// # Panics
    ///
    /// If there is no room for it, not even in the reserve.
    pub fn str(&self, text: &str) -> Local {
        self.str_of_code_points(&points_of(text))
    }

    /// A `str` of code points, surrogates among them.
    pub fn str_of_code_points(&self, points: &[u32]) -> Local {
        self.new_small(&self.builtin("str"), Kind::Str, &encode_points(points))
    }

    /// An instance of `str` or a subclass.
    pub(crate) fn str_of(&self, class: &Local, points: &[u32]) -> Result {
        self.new_scalar(class, Kind::Str, &encode_points(points))
    }

    /// A `bytes`.
    pub fn bytes(&self, bytes: &[u8]) -> Local {
        self.new_small(&self.builtin("bytes"), Kind::Bytes, bytes)
    }

    fn new_small(&self, class: &Local, kind: Kind, bytes: &[u8]) -> Local {
        let object = self.heap.allocate_small(kind, class, 0, bytes.len());
        self.heap
            .with_bytes_mut(&object, |content| content.copy_from_slice(bytes));
        object
    }

    /// A `str` or `bytes` of any length.
    pub(super) fn new_plain(&self, kind: Kind, bytes: &[u8]) -> Result {
        let class = self.builtin(if kind == Kind::Str { "str" } else { "bytes" });
        self.new_scalar(&class, kind, bytes)
    }

    /// An object that is nothing but bytes, whatever its class.
    pub(crate) fn new_scalar(&self, class: &Local, kind: Kind, bytes: &[u8]) -> Result {
        let object = self.allocate(kind, class, 0, bytes.len())?;
        self.heap
            .with_bytes_mut(&object, |content| content.copy_from_slice(bytes));
        self.finish_instance(&object)
    }

    /// The value of an `int`, `bool` among them.
    pub fn int_value(&self, object: &impl Reference) -> Option<BigInt> {
        matches!(self.heap.kind(object), Kind::Int | Kind::Bool)
            .then(|| self.heap.with_bytes(object, BigInt::from_signed_bytes_le))
    }

    /// The value of an `int` that fits.
    pub fn small_int(&self, object: &impl Reference) -> Option<i64> {
        match self.heap.kind(object) {
            Kind::Int | Kind::Bool if self.heap.byte_count(object) == 8 => {
                Some(self.heap.word(object, 0).cast_signed())
            }
            _ => self.int_value(object)?.to_i64(),
        }
    }

    /// The value of a `float`.
    pub fn float_value(&self, object: &impl Reference) -> Option<f64> {
        (self.heap.kind(object) == Kind::Float).then(|| f64::from_bits(self.heap.word(object, 0)))
    }

    /// The code points of a `str`.
    pub fn code_points(&self, object: &impl Reference) -> Option<Vec<u32>> {
        (self.heap.kind(object) == Kind::Str).then(|| self.heap.with_bytes(object, decode_points))
    }

    /// What a `str` or `bytes` consists of.
    pub(super) fn units(&self, object: &Local) -> Vec<u32> {
        self.code_points(object).unwrap_or_else(|| {
            self.heap.with_bytes(object, |bytes| {
                bytes.iter().map(|&byte| byte.into()).collect()
            })
        })
    }

    /// The text of a `str`, with a question mark for what is no character.
    pub fn text(&self, object: &impl Reference) -> Option<String> {
        let points = self.code_points(object)?;
        Some(
            points
                .into_iter()
                .map(|point| char::from_u32(point).unwrap_or('?'))
                .collect(),
        )
    }

    /// The content of a `bytes`.
    pub fn bytes_value(&self, object: &impl Reference) -> Option<Vec<u8>> {
        (self.heap.kind(object) == Kind::Bytes)
            .then(|| self.heap.with_bytes(object, <[u8]>::to_vec))
    }
}

/// An `int` in bytes: 8 of them if it fits, so that these can be read as one.
fn int_bytes(value: &BigInt) -> Vec<u8> {
    match value.to_i64() {
        Some(value) => value.to_le_bytes().to_vec(),
        None => value.to_signed_bytes_le(),
    }
}

fn points_of(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

fn encode_points(points: &[u32]) -> Vec<u8> {
    points
        .iter()
        .flat_map(|point| point.to_le_bytes())
        .collect()
}

pub(super) fn decode_points(bytes: &[u8]) -> Vec<u32> {
    let point = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    bytes.chunks_exact(4).map(point).collect()
}
