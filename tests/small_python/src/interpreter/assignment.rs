//! Assignment, deletion, `+=`.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use ruff_python_ast::{Expr, StmtAugAssign};

impl Interpreter {
    pub(super) fn assign(&self, frame: &mut Frame, target: &Expr, value: Value) -> VmResult<()> {
        match target {
            Expr::Name(node) => self.store(frame, frame.place(&node.node_index), value),
            Expr::Attribute(node) => {
                let object = self.eval(frame, &node.value)?;
                self.vm.set_attr(&object, &node.attr, Some(&value))
            }
            Expr::Subscript(node) => {
                let object = self.eval(frame, &node.value)?;
                let key = self.eval(frame, &node.slice)?;
                self.vm.set_item(&object, &key, Some(&value))
            }
            Expr::Tuple(node) => self.assign_each(frame, &node.elts, &value),
            Expr::List(node) => self.assign_each(frame, &node.elts, &value),
            _ => unreachable!("the parser refuses any other target"),
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
            Expr::Name(node) => self.unbind(frame, frame.place(&node.node_index)),
            Expr::Attribute(node) => {
                let object = self.eval(frame, &node.value)?;
                self.vm.set_attr(&object, &node.attr, None)
            }
            Expr::Subscript(node) => {
                let object = self.eval(frame, &node.value)?;
                let key = self.eval(frame, &node.slice)?;
                self.vm.set_item(&object, &key, None)
            }
            Expr::Tuple(node) => node.elts.iter().try_for_each(|one| self.delete(frame, one)),
            Expr::List(node) => node.elts.iter().try_for_each(|one| self.delete(frame, one)),
            _ => unreachable!("the parser refuses any other target"),
        }
    }

    /// `target op= operand`: the target's own parts are evaluated once.
    pub(super) fn augment(&self, frame: &mut Frame, node: &StmtAugAssign) -> VmResult<()> {
        let updated = |frame: &mut Frame, old: &Value| {
            let operand = self.eval(frame, &node.value)?;
            self.operate_in_place(node.op, old, &operand)
        };
        match &*node.target {
            Expr::Name(name) => {
                let place = frame.place(&name.node_index);
                let old = self.load(frame, place)?;
                let new = updated(frame, &old)?;
                self.store(frame, place, new)
            }
            Expr::Attribute(target) => {
                let object = self.eval(frame, &target.value)?;
                let old = self.vm.get_attr(&object, &target.attr)?;
                let new = updated(frame, &old)?;
                self.vm.set_attr(&object, &target.attr, Some(&new))
            }
            Expr::Subscript(target) => {
                let object = self.eval(frame, &target.value)?;
                let key = self.eval(frame, &target.slice)?;
                let old = self.vm.get_item(&object, &key)?;
                let new = updated(frame, &old)?;
                self.vm.set_item(&object, &key, Some(&new))
            }
            _ => unreachable!("the parser refuses any other target"),
        }
    }
}
