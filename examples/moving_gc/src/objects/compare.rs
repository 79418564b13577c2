//! Comparisons and truth.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::CompareOp;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Zero};
use std::cmp::Ordering;

/// The method's name, the operator seen from the other side, and its symbol.
fn names(op: CompareOp) -> (&'static str, CompareOp, &'static str) {
    match op {
        CompareOp::Lt => ("__lt__", CompareOp::Gt, "<"),
        CompareOp::Le => ("__le__", CompareOp::Ge, "<="),
        CompareOp::Eq => ("__eq__", CompareOp::Eq, "=="),
        CompareOp::Ne => ("__ne__", CompareOp::Ne, "!="),
        CompareOp::Gt => ("__gt__", CompareOp::Lt, ">"),
        CompareOp::Ge => ("__ge__", CompareOp::Le, ">="),
    }
}

fn holds(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
    }
}

impl Vm {
    /// `a op b`.
    pub fn compare(&self, op: CompareOp, a: &Local, b: &Local) -> Result {
        self.deeper(|| {
            let (class_a, class_b) = (self.class_of(a), self.class_of(b));
            let (name, swapped, symbol) = names(op);
            let reflected = names(swapped).0;
            let answer = |object: &Local, name: &str, other: &Local| {
                let answer = self.call_own(object, name, std::slice::from_ref(other))?;
                Ok(answer.filter(|answer| !self.is_not_implemented(answer)))
            };
            let other_first = !class_a.is(&class_b) && self.is_subclass(&class_b, &class_a);
            if other_first && let Some(answer) = answer(b, reflected, a)? {
                return Ok(answer);
            }
            if let Some(answer) = answer(a, name, b)? {
                return Ok(answer);
            }
            if !other_first && let Some(answer) = answer(b, reflected, a)? {
                return Ok(answer);
            }
            // `!=` is the contrary of `==` where nobody says otherwise.
            if op == CompareOp::Ne {
                for (one, other) in [(a, b), (b, a)] {
                    if let Some(equal) = answer(one, "__eq__", other)? {
                        return Ok(self.bool(!self.is_true(&equal)?));
                    }
                }
            }
            match (self.builtin_compare(op, a, b)?, op) {
                (Some(truth), _) => Ok(self.bool(truth)),
                (None, CompareOp::Eq) => Ok(self.bool(a.is(b))),
                (None, CompareOp::Ne) => Ok(self.bool(!a.is(b))),
                (None, _) => {
                    let message =
                        format!("'{symbol}' not supported between instances of '{{}}' and '{{}}'");
                    Err(self.type_error(&message, &[a, b]))
                }
            }
        })
    }

    /// `PyObject_RichCompareBool`: identity implies equality.
    pub fn compare_bool(&self, op: CompareOp, a: &Local, b: &Local) -> Result<bool> {
        match op {
            CompareOp::Eq if a.is(b) => Ok(true),
            CompareOp::Ne if a.is(b) => Ok(false),
            _ => self.is_true(&self.compare(op, a, b)?),
        }
    }

    /// Comparison of objects of builtin kinds; `None` if they do not compare.
    fn builtin_compare(&self, op: CompareOp, a: &Local, b: &Local) -> Result<Option<bool>> {
        let (kind_a, kind_b) = (self.heap.kind(a), self.heap.kind(b));
        let is_number = |kind| matches!(kind, Kind::Int | Kind::Bool | Kind::Float);
        if is_number(kind_a) && is_number(kind_b) {
            // What is not a number equals nothing and has no order.
            let ordering = self.compare_numbers(a, b);
            return Ok(Some(
                ordering.map_or(op == CompareOp::Ne, |ordering| holds(op, ordering)),
            ));
        }
        if kind_a != kind_b {
            return Ok(None);
        }
        match kind_a {
            Kind::Str | Kind::Bytes => Ok(Some(holds(op, self.units(a).cmp(&self.units(b))))),
            Kind::Tuple | Kind::List => self.compare_sequences(op, a, b).map(Some),
            Kind::BoundMethod if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                let parts = |method| [0, 1].map(|part| self.heap.get(method, part));
                let same = parts(a).iter().zip(&parts(b)).all(|pair| match pair {
                    (Some(a), Some(b)) => a.is(b),
                    _ => false,
                });
                Ok(Some(same == (op == CompareOp::Eq)))
            }
            _ => Ok(None),
        }
    }

    fn compare_numbers(&self, a: &Local, b: &Local) -> Option<Ordering> {
        match (self.int_value(a), self.int_value(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (None, None) => self.float_value(a)?.partial_cmp(&self.float_value(b)?),
            (Some(a), None) => compare_int_float(&a, self.float_value(b)?),
            (None, Some(b)) => compare_int_float(&b, self.float_value(a)?).map(Ordering::reverse),
        }
    }

    fn compare_sequences(&self, op: CompareOp, a: &Local, b: &Local) -> Result<bool> {
        let (len_a, len_b) = (self.sequence_len(a), self.sequence_len(b));
        if len_a != len_b && op == CompareOp::Eq {
            return Ok(false);
        }
        if len_a != len_b && op == CompareOp::Ne {
            return Ok(true);
        }
        let mut index = 0;
        // The comparison may change a list.
        while let (Some(x), Some(y)) = (self.item(a, index), self.item(b, index)) {
            if !self.compare_bool(CompareOp::Eq, &x, &y)? {
                return match op {
                    CompareOp::Eq => Ok(false),
                    CompareOp::Ne => Ok(true),
                    _ => self.compare_bool(op, &x, &y),
                };
            }
            index += 1;
        }
        Ok(holds(op, self.sequence_len(a).cmp(&self.sequence_len(b))))
    }

    /// `bool(object)`.
    pub fn is_true(&self, object: &Local) -> Result<bool> {
        if let Some(truth) = self.call_own(object, "__bool__", &[])? {
            return match self.heap.kind(&truth) {
                Kind::Bool => Ok(self.small_int(&truth) == Some(1)),
                _ => Err(self.type_error("__bool__ should return bool, returned {}", &[&truth])),
            };
        }
        if self.lookup_own(&self.class_of(object), "__len__").is_some() {
            return Ok(self.length(object)? != 0);
        }
        Ok(match self.heap.kind(object) {
            Kind::Singleton => !self.is_none(object),
            Kind::Bool | Kind::Int => !self.int_value(object).unwrap_or_default().is_zero(),
            Kind::Float => self.float_value(object) != Some(0.0),
            _ => self.builtin_length(object) != Some(0),
        })
    }
}

fn compare_int_float(int: &BigInt, float: f64) -> Option<Ordering> {
    let Some(floor) = BigInt::from_f64(float.floor()) else {
        // Infinite, or not a number.
        return 0.0.partial_cmp(&float);
    };
    let fraction = float.floor().partial_cmp(&float)?;
    Some(int.cmp(&floor).then(fraction))
}
