//! Numbers.

use hpy_loader::runtime::{BinaryOp, Errors, Integer, Numbers, Objects, UnaryOp};

use crate::{Object, Toy, VmResult};

impl<const THREADS: bool> Numbers for Toy<THREADS> {
    fn new_int(&self, value: i64) -> Object {
        self.int(value.into())
    }

    fn new_unsigned_int(&self, value: u64) -> Object {
        self.int(value.into())
    }

    fn new_float(&self, value: f64) -> Object {
        self.float(value)
    }

    fn integer(&self, object: &Object) -> Option<Integer> {
        let value = object.int()?;
        Some(match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => Integer::Signed(value),
            (_, Ok(value)) => Integer::Unsigned(value),
            _ => Integer::Wide {
                low: value as u64,
                negative: value < 0,
            },
        })
    }

    fn integer_as_f64(&self, object: &Object) -> VmResult<f64> {
        self.as_f64(object)
    }

    fn exact_float(&self, object: &Object) -> Option<f64> {
        object.float()
    }

    fn as_f64(&self, object: &Object) -> VmResult<f64> {
        let no_number = || self.type_error(&format!("must be real number, not {object}"));
        object.number().ok_or_else(no_number)
    }

    fn is_number(&self, object: &Object) -> bool {
        object.number().is_some()
    }

    fn binary(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        if op == BinaryOp::Add
            && let Some((loader, function)) = self.slot(&self.type_of(a), |slots| slots.nb_add)
        {
            return loader.call_slot(function, (a.clone(), b.clone()));
        }
        let ints = a.int().zip(b.int());
        let floats = a.number().zip(b.number());
        match (op, ints, floats) {
            (BinaryOp::Add, Some((a, b)), _) => Ok(self.int(a.wrapping_add(b))),
            (BinaryOp::Add, _, Some((a, b))) => Ok(self.float(a + b)),
            (BinaryOp::Subtract, Some((a, b)), _) => Ok(self.int(a.wrapping_sub(b))),
            (BinaryOp::Subtract, _, Some((a, b))) => Ok(self.float(a - b)),
            (BinaryOp::Multiply, Some((a, b)), _) => Ok(self.int(a.wrapping_mul(b))),
            (BinaryOp::Multiply, _, Some((a, b))) => Ok(self.float(a * b)),
            (_, _, Some(_)) => Err(self.not_implemented(&format!("{op:?}"))),
            _ => Err(self.type_error(&format!("unsupported operands: {a} {op:?} {b}"))),
        }
    }

    fn in_place(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        self.binary(op, a, b)
    }

    fn power(&self, _: &Object, _: &Object, _: &Object) -> VmResult<Object> {
        Err(self.not_implemented("powers"))
    }

    fn in_place_power(&self, _: &Object, _: &Object, _: &Object) -> VmResult<Object> {
        Err(self.not_implemented("powers"))
    }

    fn unary(&self, op: UnaryOp, object: &Object) -> VmResult<Object> {
        match (op, object.int(), object.float()) {
            (UnaryOp::Negative, Some(value), _) => Ok(self.int(-value)),
            (UnaryOp::Negative, _, Some(value)) => Ok(self.float(-value)),
            (UnaryOp::Positive | UnaryOp::Index | UnaryOp::Long, Some(value), _) => {
                Ok(self.int(value))
            }
            (UnaryOp::Float, ..) => Ok(self.float(self.as_f64(object)?)),
            (UnaryOp::Index, None, _) | (_, None, None) => {
                Err(self.type_error(&format!("no {op:?} of {object}")))
            }
            _ => Err(self.not_implemented(&format!("{op:?}"))),
        }
    }
}
