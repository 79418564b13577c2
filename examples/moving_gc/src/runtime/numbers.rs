//! Numbers.

use super::{VmResult, out, out_value};
use crate::heap::Object;
use crate::vm::Vm;
use hpy_loader::runtime::{BinaryOp, Integer, Numbers, UnaryOp};
use num_traits::{Signed, ToPrimitive};

impl Numbers for Vm {
    fn new_int(&self, value: i64) -> Object {
        self.int(value).into_object()
    }

    fn new_unsigned_int(&self, value: u64) -> Object {
        self.big_int(&value.into()).into_object()
    }

    fn new_float(&self, value: f64) -> Object {
        self.float(value).into_object()
    }

    fn integer(&self, object: &Object) -> Option<Integer> {
        let value = self.int_value(object)?;
        Some(match (value.to_i64(), value.to_u64()) {
            (Some(value), _) => Integer::Signed(value),
            (None, Some(value)) => Integer::Unsigned(value),
            (None, None) => {
                let mut low = [0; 8];
                low.copy_from_slice(&value.to_signed_bytes_le()[..8]);
                Integer::Wide {
                    low: u64::from_le_bytes(low),
                    negative: value.is_negative(),
                }
            }
        })
    }

    fn integer_as_f64(&self, object: &Object) -> VmResult<f64> {
        let value = self.int_value(object).unwrap_or_default();
        out_value(self.big_as_f64(&value))
    }

    fn exact_float(&self, object: &Object) -> Option<f64> {
        let value = self.float_value(object)?;
        self.is_builtin(&self.class_of(object), "float")
            .then_some(value)
    }

    fn as_f64(&self, object: &Object) -> VmResult<f64> {
        out_value(self.as_f64(&self.root(object)))
    }

    fn is_number(&self, object: &Object) -> bool {
        self.is_number(&self.root(object))
    }

    fn binary(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        out(self.binary(op, &self.root(a), &self.root(b)))
    }

    fn in_place(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        out(self.in_place(op, &self.root(a), &self.root(b)))
    }

    fn power(&self, a: &Object, b: &Object, modulus: &Object) -> VmResult<Object> {
        out(self.power(&self.root(a), &self.root(b), &self.root(modulus)))
    }

    fn in_place_power(&self, a: &Object, b: &Object, modulus: &Object) -> VmResult<Object> {
        out(self.in_place_power(&self.root(a), &self.root(b), &self.root(modulus)))
    }

    fn unary(&self, op: UnaryOp, object: &Object) -> VmResult<Object> {
        out(self.unary(op, &self.root(object)))
    }
}
