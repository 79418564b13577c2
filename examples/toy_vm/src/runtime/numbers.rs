//! Numbers.

use hpy_loader::runtime::{BinaryOp, Integer, Numbers, UnaryOp};

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
        Ok(object.int().expect("an int") as f64)
    }

    fn exact_float(&self, object: &Object) -> Option<f64> {
        object.float()
    }

    fn as_f64(&self, object: &Object) -> VmResult<f64> {
        match (object.float(), object.int()) {
            (Some(value), _) => Ok(value),
            (_, Some(value)) => Ok(value as f64),
            _ => Err(self.type_error(&format!("must be real number, not {object}"))),
        }
    }

    fn is_number(&self, object: &Object) -> bool {
        object.float().is_some() || object.int().is_some()
    }

    fn binary(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        if op == BinaryOp::Add
            && let Some((definition, function)) = a.slot(|slots| slots.nb_add)
        {
            let (a, b) = (a.clone(), b.clone());
            return definition.loader::<THREADS>().call_slot(function, (a, b));
        }
        if let (Some(a), Some(b)) = (a.int(), b.int()) {
            return Ok(self.int(match op {
                BinaryOp::Add => a.wrapping_add(b),
                BinaryOp::Subtract => a.wrapping_sub(b),
                BinaryOp::Multiply => a.wrapping_mul(b),
                _ => return self.missing(&format!("{op:?} of ints")),
            }));
        }
        if let (Ok(a), Ok(b)) = (self.as_f64(a), self.as_f64(b)) {
            return Ok(self.float(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                _ => return self.missing(&format!("{op:?} of floats")),
            }));
        }
        Err(self.type_error(&format!("unsupported operands: {a} {op:?} {b}")))
    }

    fn in_place(&self, op: BinaryOp, a: &Object, b: &Object) -> VmResult<Object> {
        self.binary(op, a, b)
    }

    fn power(&self, _: &Object, _: &Object, _: &Object) -> VmResult<Object> {
        self.missing("powers")
    }

    fn in_place_power(&self, _: &Object, _: &Object, _: &Object) -> VmResult<Object> {
        self.missing("powers")
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
            _ => self.missing(&format!("{op:?}")),
        }
    }
}
