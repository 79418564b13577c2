//! Numbers.

use super::{Roots, VmResult};

/// The operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    MatrixMultiply,
    FloorDivide,
    TrueDivide,
    Remainder,
    Divmod,
    Lshift,
    Rshift,
    And,
    Xor,
    Or,
}

/// The operators with one operand, and the conversions `operator.index`, `int`
/// and `float`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum UnaryOp {
    Negative,
    Positive,
    Absolute,
    Invert,
    Index,
    Long,
    Float,
}

/// The value of a Python `int`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integer {
    /// Fits 64 bits, signed.
    Signed(i64),
    /// Fits 64 bits, unsigned only.
    Unsigned(u64),
    /// Wider.
    Wide {
        /// The low 64 bits of the two's complement.
        low: u64,
        /// Whether it is below zero.
        negative: bool,
    },
}

/// `int`, `float` and the operators.
pub trait Numbers: Roots {
    /// An `int`.
    fn new_int(&self, value: i64) -> Self::Object;
    /// An `int`.
    fn new_unsigned_int(&self, value: u64) -> Self::Object;
    /// A `float`.
    fn new_float(&self, value: f64) -> Self::Object;
    /// The value of an `int` or an instance of a subclass; `None` for anything
    /// else. Runs no Python code.
    fn integer(&self, object: &Self::Object) -> Option<Integer>;
    /// The value of an `int` as a double; `OverflowError` if it is too large.
    /// `object` is an `int`.
    fn integer_as_f64(&self, object: &Self::Object) -> VmResult<f64, Self>;
    /// The value of an exact `float`, `None` for anything else. Runs no Python
    /// code.
    fn exact_float(&self, object: &Self::Object) -> Option<f64>;
    /// `PyFloat_AsDouble`: also `__float__` and `__index__`.
    fn as_f64(&self, object: &Self::Object) -> VmResult<f64, Self>;
    /// `PyNumber_Check`.
    fn is_number(&self, object: &Self::Object) -> bool;
    /// `a op b`.
    fn binary(
        &self,
        op: BinaryOp,
        a: &Self::Object,
        b: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `a op= b`; `op` is not `Divmod`.
    fn in_place(
        &self,
        op: BinaryOp,
        a: &Self::Object,
        b: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `pow(a, b, modulus)`; `None` is the object for no modulus.
    fn power(
        &self,
        a: &Self::Object,
        b: &Self::Object,
        modulus: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `a **= b`, with a modulus as [`power`](Self::power).
    fn in_place_power(
        &self,
        a: &Self::Object,
        b: &Self::Object,
        modulus: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// An operator or conversion.
    fn unary(&self, op: UnaryOp, object: &Self::Object) -> VmResult<Self::Object, Self>;
}
