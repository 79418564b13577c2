//! Comprehensions. A generator expression is evaluated at once and iterated over.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use crate::syntax::index;
use ruff_python_ast::{Comprehension, Expr};

impl Interpreter {
    pub(super) fn comprehension(&self, frame: &mut Frame, node: &Expr) -> VmResult<Value> {
        let (node_index, generators, element, value) = match node {
            Expr::ListComp(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::SetComp(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::Generator(node) => (&node.node_index, &node.generators, &node.elt, None),
            Expr::DictComp(node) if let Some(key) = &node.key => {
                (&node.node_index, &node.generators, key, Some(&*node.value))
            }
            _ => unreachable!("no other expression is a comprehension"),
        };
        let result = match value {
            Some(_) => self.vm.dict(),
            None => self.vm.list(&[]),
        };
        let first = self.eval(frame, &generators[0].iter)?;
        // Each run has variables of its own, also if it is inside a loop.
        let around = frame.environment.clone();
        frame.environment = self.environment(&around, index(node_index));
        let filled = self.clauses(frame, &first, generators, &mut |frame| {
            let element = self.eval(frame, element)?;
            match value {
                Some(value) => {
                    let value = self.eval(frame, value)?;
                    self.vm.set_item(&result, &element, Some(&value))
                }
                None => self.vm.list_append(&result, &element),
            }
        });
        frame.environment = around;
        filled?;
        match node {
            Expr::SetComp(_) => self.call_builtin("set", [result].into()),
            Expr::Generator(_) => self.vm.iter(&result),
            _ => Ok(result),
        }
    }

    /// Runs the clauses, over the iterable of the first.
    fn clauses(
        &self,
        frame: &mut Frame,
        iterable: &Value,
        clauses: &[Comprehension],
        add: &mut dyn FnMut(&mut Frame) -> VmResult<()>,
    ) -> VmResult<()> {
        let (clause, rest) = (&clauses[0], &clauses[1..]);
        let iterator = self.vm.iter(iterable)?;
        'next: while let Some(value) = self.vm.next(&iterator)? {
            self.assign(frame, &clause.target, value)?;
            for condition in &clause.ifs {
                if !self.holds(frame, condition)? {
                    continue 'next;
                }
            }
            match rest {
                [] => add(frame)?,
                [next, ..] => {
                    let iterable = self.eval(frame, &next.iter)?;
                    self.clauses(frame, &iterable, rest, add)?;
                }
            }
        }
        Ok(())
    }
}
