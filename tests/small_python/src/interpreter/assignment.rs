//! Assignment, deletion, `+=`.

use super::frame::Frame;
use super::{Fallible, Interpreter, Value};
use crate::tree::{Augmented, Expr, Target};

impl Interpreter {
    pub(super) fn assign(&self, frame: &mut Frame, target: &Target, value: Value) -> Fallible<()> {
        match target {
            Target::Place(place) => self.store(frame, *place, value),
            Target::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                self.vm.set_attr(&object, frame.name(*name), Some(&value))
            }
            Target::Item(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.vm.set_item(&object, &key, Some(&value))
            }
            Target::Unpack {
                before,
                star,
                after,
            } => {
                let values = self.unpack(&value, before.len(), star.is_some(), after.len())?;
                let stop = values.len() - after.len();
                for (target, value) in before.iter().zip(&values) {
                    self.assign(frame, target, value.clone())?;
                }
                if let Some(star) = star {
                    let list = self.vm.list(&values[before.len()..stop]);
                    self.assign(frame, star, list)?;
                }
                for (target, value) in after.iter().zip(&values[stop..]) {
                    self.assign(frame, target, value.clone())?;
                }
                Ok(())
            }
        }
    }

    /// The values for as many targets, or more if one takes the rest.
    fn unpack(
        &self,
        value: &Value,
        before: usize,
        star: bool,
        after: usize,
    ) -> Fallible<Vec<Value>> {
        let iterator = match self.vm.iter(value) {
            Ok(iterator) => iterator,
            Err(error) if self.vm.is_error(&error, "TypeError") => {
                let class = self.vm.class_name(&self.vm.class_of(value));
                let message = format!("cannot unpack non-iterable {class} object");
                return Err(self.error("TypeError", &message));
            }
            Err(error) => return Err(error),
        };
        let wanted = before + after;
        let mut values = Vec::new();
        while let Some(value) = self.vm.next(&iterator)? {
            if !star && values.len() == wanted {
                let message = format!("too many values to unpack (expected {wanted})");
                return Err(self.error("ValueError", &message));
            }
            values.push(value);
        }
        if values.len() < wanted {
            let least = if star { "at least " } else { "" };
            let got = values.len();
            let message =
                format!("not enough values to unpack (expected {least}{wanted}, got {got})");
            return Err(self.error("ValueError", &message));
        }
        Ok(values)
    }

    pub(super) fn delete(&self, frame: &mut Frame, target: &Target) -> Fallible<()> {
        match target {
            Target::Place(place) => self.unbind(frame, *place),
            Target::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                self.vm.set_attr(&object, frame.name(*name), None)
            }
            Target::Item(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.vm.set_item(&object, &key, None)
            }
            Target::Unpack { before, after, .. } => {
                for target in before.iter().chain(after) {
                    self.delete(frame, target)?;
                }
                Ok(())
            }
        }
    }

    /// `target op= operand`: the target's own parts are evaluated once.
    pub(super) fn augment(
        &self,
        frame: &mut Frame,
        target: &Target,
        op: Augmented,
        operand: &Expr,
    ) -> Fallible<()> {
        match target {
            Target::Place(place) => {
                let old = self.load(frame, *place)?;
                let new = self.updated(frame, &old, op, operand)?;
                self.store(frame, *place, new)
            }
            Target::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                let old = self.vm.get_attr(&object, frame.name(*name))?;
                let new = self.updated(frame, &old, op, operand)?;
                self.vm.set_attr(&object, frame.name(*name), Some(&new))
            }
            Target::Item(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                let old = self.vm.get_item(&object, &key)?;
                let new = self.updated(frame, &old, op, operand)?;
                self.vm.set_item(&object, &key, Some(&new))
            }
            Target::Unpack { .. } => unreachable!("the parser refuses it"),
        }
    }

    fn updated(
        &self,
        frame: &mut Frame,
        old: &Value,
        op: Augmented,
        operand: &Expr,
    ) -> Fallible<Value> {
        let operand = self.eval(frame, operand)?;
        match op {
            Augmented::Operator(op) => self.vm.in_place(op, old, &operand),
            Augmented::Power => self.vm.in_place_power(old, &operand, &self.vm.none()),
        }
    }
}
