//! Numbers.

use hpy_loader::runtime::{BinaryOp, Integer, Numbers, UnaryOp};

use crate::object::not_in_the_toy;
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Toy<THREADS> {
    pub fn new_real(&self, value: f64) -> Object {
        self.object(Data::Float(value))
    }
}

impl<const THREADS: bool> Numbers for Toy<THREADS> {
    fn new_int(&self, value: i64) -> Object {
        self.int(value.into())
    }

    fn new_unsigned_int(&self, value: u64) -> Object {
        self.int(value.into())
    }

    fn new_float(&self, value: f64) -> Object {
        self.new_real(value)
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

    fn integer_as_f64(&self, object: &Object) -> Fallible<f64> {
        Ok(object.int().expect("an int") as f64)
    }

    fn exact_float(&self, object: &Object) -> Option<f64> {
        object.float()
    }

    fn as_f64(&self, object: &Object) -> Fallible<f64> {
        match (object.float(), object.int()) {
            (Some(value), _) => Ok(value),
            (_, Some(value)) => Ok(value as f64),
            _ => Err(self.type_error(&format!("must be real number, not {object}"))),
        }
    }

    fn is_number(&self, object: &Object) -> bool {
        object.float().is_some() || object.int().is_some()
    }

    fn binary(&self, op: BinaryOp, a: &Object, b: &Object) -> Fallible<Object> {
        if op == BinaryOp::MatrixMultiply {
            not_in_the_toy("matrices");
        }
        if op == BinaryOp::Add
            && let Some(link) = self.type_link(a)
            && let Some(sum) = link.add(a, b)
        {
            return sum;
        }
        if let (Some(a), Some(b)) = (a.int(), b.int()) {
            return Ok(self.int(match op {
                BinaryOp::Add => a.wrapping_add(b),
                BinaryOp::Subtract => a.wrapping_sub(b),
                BinaryOp::Multiply => a.wrapping_mul(b),
                _ => not_in_the_toy(&format!("{op:?} of ints")),
            }));
        }
        if let (Ok(a), Ok(b)) = (self.as_f64(a), self.as_f64(b)) {
            return Ok(self.new_real(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                _ => not_in_the_toy(&format!("{op:?} of floats")),
            }));
        }
        Err(self.type_error(&format!("unsupported operands: {a} {op:?} {b}")))
    }

    fn in_place(&self, op: BinaryOp, a: &Object, b: &Object) -> Fallible<Object> {
        self.binary(op, a, b)
    }

    fn power(&self, _: &Object, _: &Object, _: &Object) -> Fallible<Object> {
        not_in_the_toy("powers")
    }

    fn in_place_power(&self, _: &Object, _: &Object, _: &Object) -> Fallible<Object> {
        // A panic whose payload is no text.
        std::panic::resume_unwind(Box::new(42))
    }

    fn unary(&self, op: UnaryOp, object: &Object) -> Fallible<Object> {
        match (op, object.int(), object.float()) {
            (UnaryOp::Negative, Some(value), _) => Ok(self.int(-value)),
            (UnaryOp::Negative, _, Some(value)) => Ok(self.new_real(-value)),
            (UnaryOp::Positive | UnaryOp::Index | UnaryOp::Long, Some(value), _) => {
                Ok(self.int(value))
            }
            (UnaryOp::Float, ..) => Ok(self.new_real(self.as_f64(object)?)),
            (UnaryOp::Index, None, _) | (_, None, None) => {
                Err(self.type_error(&format!("no {op:?} of {object}")))
            }
            _ => not_in_the_toy(&format!("{op:?}")),
        }
    }
}
