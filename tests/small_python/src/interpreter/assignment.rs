//! Assignment, deletion, `+=`.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use crate::syntax::Place;
use ruff_python_ast::{Expr, StmtAugAssign};

/// What is assigned to, its parts evaluated.
enum Target<'a> {
    Variable(Place),
    Attribute(Value, &'a str),
    Item(Value, Value),
}

impl Interpreter {
    /// Evaluates the parts of a target that is none of several.
    fn target<'a>(&self, frame: &mut Frame, target: &'a Expr) -> VmResult<Target<'a>> {
        Ok(match target {
            Expr::Name(node) => Target::Variable(frame.place(&node.node_index)),
            Expr::Attribute(node) => Target::Attribute(self.eval(frame, &node.value)?, &node.attr),
            Expr::Subscript(node) => {
                let object = self.eval(frame, &node.value)?;
                Target::Item(object, self.eval(frame, &node.slice)?)
            }
            _ => unreachable!("the parser refuses any other target"),
        })
    }

    /// Assigns to a target, or deletes it.
    fn set(&self, frame: &mut Frame, target: &Target<'_>, value: Option<&Value>) -> VmResult<()> {
        match (target, value) {
            (Target::Variable(place), Some(value)) => self.store(frame, *place, value.clone()),
            (Target::Variable(place), None) => self.unbind(frame, *place),
            (Target::Attribute(object, name), value) => self.vm.set_attr(object, name, value),
            (Target::Item(object, key), value) => self.vm.set_item(object, key, value),
        }
    }

    pub(super) fn assign(&self, frame: &mut Frame, target: &Expr, value: Value) -> VmResult<()> {
        match target {
            Expr::Tuple(node) => self.assign_each(frame, &node.elts, &value),
            Expr::List(node) => self.assign_each(frame, &node.elts, &value),
            target => {
                let target = self.target(frame, target)?;
                self.set(frame, &target, Some(&value))
            }
        }
    }

    fn assign_each(&self, frame: &mut Frame, targets: &[Expr], value: &Value) -> VmResult<()> {
        let star = targets.iter().position(Expr::is_starred_expr);
        let wanted = targets.len() - usize::from(star.is_some());
        let mut values = self.unpack(value, wanted, star.is_some())?;
        if let Some(star) = star {
            let end = star + values.len() - wanted;
            let rest: Vec<Value> = values.drain(star..end).collect();
            values.insert(star, self.vm.list(&rest));
        }
        for (target, value) in targets.iter().zip(values) {
            match target {
                Expr::Starred(node) => self.assign(frame, &node.value, value)?,
                target => self.assign(frame, target, value)?,
            }
        }
        Ok(())
    }

    /// The values for as many targets, or more if one takes the rest.
    fn unpack(&self, value: &Value, wanted: usize, star: bool) -> VmResult<Vec<Value>> {
        let iterator = match self.vm.iter(value) {
            Ok(iterator) => iterator,
            Err(error) if self.vm.is_error(&error, "TypeError") => {
                let class = self.vm.class_name(&self.vm.class_of(value));
                let message = format!("cannot unpack non-iterable {class} object");
                return Err(self.error("TypeError", &message));
            }
            Err(error) => return Err(error),
        };
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

    pub(super) fn delete(&self, frame: &mut Frame, target: &Expr) -> VmResult<()> {
        match target {
            Expr::Tuple(node) => node.elts.iter().try_for_each(|one| self.delete(frame, one)),
            Expr::List(node) => node.elts.iter().try_for_each(|one| self.delete(frame, one)),
            target => {
                let target = self.target(frame, target)?;
                self.set(frame, &target, None)
            }
        }
    }

    /// `target op= operand`: the target's own parts are evaluated once.
    pub(super) fn augment(&self, frame: &mut Frame, node: &StmtAugAssign) -> VmResult<()> {
        let target = self.target(frame, &node.target)?;
        let old = match &target {
            Target::Variable(place) => self.load(frame, *place)?,
            Target::Attribute(object, name) => self.vm.get_attr(object, name)?,
            Target::Item(object, key) => self.vm.get_item(object, key)?,
        };
        let operand = self.eval(frame, &node.value)?;
        let new = self.operate_in_place(node.op, &old, &operand)?;
        self.set(frame, &target, Some(&new))
    }
}
