//! Comprehensions. A generator expression is evaluated at once and iterated over.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use ruff_python_ast::{Comprehension, Expr};

impl Interpreter {
    pub(super) fn comprehension(&self, frame: &mut Frame, node: &Expr) -> VmResult<Value> {
        let (index, generators, element, value) = match node {
            Expr::ListComp(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::SetComp(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::Generator(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::DictComp(node) if let Some(key) = &node.key => {
                (&node.node_index, &node.generators, key, Some(&*node.value))
            }
            _ => unreachable!("no other expression is a comprehension"),
        };
        // Each run has variables of its own, also if it is inside a loop.
        for &cell in frame.fresh(index) {
            frame.cells[cell] = self.new_cell();
        }
        let result = match value {
            Some(_) => self.vm.dict(),
            None => self.vm.list(&[]),
        };
        self.clauses(frame, generators, &mut |frame| {
            let element = self.eval(frame, element)?;
            match value {
                Some(value) => {
                    let value = self.eval(frame, value)?;
                    self.vm.set_item(&result, &element, Some(&value))
                }
                None => self.vm.list_append(&result, &element),
            }
        })?;
        match node {
            Expr::SetComp(_) => self.call_builtin("set", [result].into()),
            Expr::Generator(_) => self.vm.iter(&result),
            _ => Ok(result),
        }
    }

    fn clauses(
        &self,
        frame: &mut Frame,
        clauses: &[Comprehension],
        add: &mut dyn FnMut(&mut Frame) -> VmResult<()>,
    ) -> VmResult<()> {
        let Some((clause, rest)) = clauses.split_first() else {
            return add(frame);
        };
        let iterable = self.eval(frame, &clause.iter)?;
        let iterator = self.vm.iter(&iterable)?;
        'next: while let Some(value) = self.vm.next(&iterator)? {
            self.assign(frame, &clause.target, value)?;
            for condition in &clause.ifs {
                if !self.holds(frame, condition)? {
                    continue 'next;
                }
            }
            self.clauses(frame, rest, add)?;
        }
        Ok(())
    }
}
