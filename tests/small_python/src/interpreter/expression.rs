//! Expressions.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use ruff_python_ast as ast;
use ruff_python_ast::{BoolOp, Expr, UnaryOp};

type Operation = hpy_loader::runtime::UnaryOp;

impl Interpreter {
    pub(super) fn eval(&self, frame: &mut Frame, expr: &Expr) -> VmResult<Value> {
        match expr {
            Expr::NoneLiteral(_) => Ok(self.vm.none()),
            Expr::EllipsisLiteral(_) => Ok(self.vm.builtin("Ellipsis")),
            Expr::BooleanLiteral(node) => Ok(self.vm.bool(node.value)),
            Expr::NumberLiteral(node) => Ok(frame.unit.literal(self.vm, &node.node_index)),
            Expr::StringLiteral(node) => Ok(frame.unit.literal(self.vm, &node.node_index)),
            Expr::BytesLiteral(node) => Ok(frame.unit.literal(self.vm, &node.node_index)),
            Expr::Name(node) => self.load(frame, frame.place(&node.node_index)),
            Expr::Named(node) => {
                let value = self.eval(frame, &node.value)?;
                self.assign(frame, &node.target, value.clone())?;
                Ok(value)
            }
            Expr::Attribute(node) => self.attribute(frame, node),
            Expr::Subscript(node) => {
                let object = self.eval(frame, &node.value)?;
                let key = self.eval(frame, &node.slice)?;
                self.vm.get_item(&object, &key)
            }
            Expr::Slice(node) => {
                let mut part = |part: Option<&Expr>| match part {
                    Some(part) => self.eval(frame, part),
                    None => Ok(self.vm.none()),
                };
                let start = part(node.lower.as_deref())?;
                let stop = part(node.upper.as_deref())?;
                let step = part(node.step.as_deref())?;
                Ok(self.vm.slice(&start, &stop, &step))
            }
            Expr::List(node) => Ok(self.vm.list(&self.elements(frame, &node.elts)?)),
            Expr::Tuple(node) => Ok(self.vm.tuple(&self.elements(frame, &node.elts)?)),
            Expr::Set(node) => {
                let values = self.elements(frame, &node.elts)?;
                self.call_builtin("set", [self.vm.list(&values)].into())
            }
            Expr::Dict(node) => self.dict(frame, &node.items),
            Expr::UnaryOp(node) => {
                let operand = self.eval(frame, &node.operand)?;
                let op = match node.op {
                    UnaryOp::Not => return Ok(self.vm.bool(!self.vm.is_true(&operand)?)),
                    UnaryOp::Invert => Operation::Invert,
                    UnaryOp::UAdd => Operation::Positive,
                    UnaryOp::USub => Operation::Negative,
                };
                self.vm.unary(op, &operand)
            }
            Expr::BinOp(node) => {
                let left = self.eval(frame, &node.left)?;
                let right = self.eval(frame, &node.right)?;
                self.operate(node.op, &left, &right)
            }
            Expr::BoolOp(node) => self.short_circuit(frame, &node.values, node.op == BoolOp::Or),
            Expr::Compare(node) => self.comparisons(frame, node),
            Expr::If(node) => match self.holds(frame, &node.test)? {
                true => self.eval(frame, &node.body),
                false => self.eval(frame, &node.orelse),
            },
            Expr::Call(node) => self.eval_call(frame, node),
            Expr::Lambda(node) => {
                self.define(frame, &node.node_index, node.parameters.as_deref(), &[])
            }
            Expr::FString(node) => {
                let text = self.format(frame, &node.value)?;
                Ok(self.vm.str(&text))
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::Generator(_) | Expr::DictComp(_) => {
                self.comprehension(frame, expr)
            }
            // The code of all others is not run.
            _ => Err(self.error("NotImplementedError", "an expression of this kind")),
        }
    }

    /// Whether an expression is true.
    pub(super) fn holds(&self, frame: &mut Frame, test: &Expr) -> VmResult<bool> {
        let value = self.eval(frame, test)?;
        self.vm.is_true(&value)
    }

    pub(super) fn elements(&self, frame: &mut Frame, elements: &[Expr]) -> VmResult<Vec<Value>> {
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Expr::Starred(node) => {
                    let iterable = self.eval(frame, &node.value)?;
                    values.extend(self.vm.collect_items(&iterable)?);
                }
                element => values.push(self.eval(frame, element)?),
            }
        }
        Ok(values)
    }

    /// `object.name`, also of `super()`.
    fn attribute(&self, frame: &mut Frame, node: &ast::ExprAttribute) -> VmResult<Value> {
        if let Expr::Call(call) = &*node.value
            && let Expr::Name(callee) = &*call.func
            && callee.id == "super"
        {
            let (class, object) = match &*call.arguments.args {
                [class, object] => (self.eval(frame, class)?, self.eval(frame, object)?),
                _ => (
                    self.load(frame, frame.place(&callee.node_index))?,
                    self.load(frame, frame.place(&call.node_index))?,
                ),
            };
            return self.vm.get_super_attr(&class, &object, &node.attr);
        }
        let object = self.eval(frame, &node.value)?;
        self.vm.get_attr(&object, &node.attr)
    }

    fn dict(&self, frame: &mut Frame, items: &[ast::DictItem]) -> VmResult<Value> {
        let dict = self.vm.dict();
        for item in items {
            match &item.key {
                Some(key) => {
                    let key = self.eval(frame, key)?;
                    let value = self.eval(frame, &item.value)?;
                    self.vm.set_item(&dict, &key, Some(&value))?;
                }
                None => {
                    let mapping = self.eval(frame, &item.value)?;
                    self.update(&dict, &mapping)?;
                }
            }
        }
        Ok(dict)
    }

    /// `dict.update(mapping)`.
    fn update(&self, dict: &Value, mapping: &Value) -> VmResult<()> {
        let keys = self.vm.call_method(mapping, "keys", [].into())?;
        for key in self.vm.collect_items(&keys)? {
            let value = self.vm.get_item(mapping, &key)?;
            self.vm.set_item(dict, &key, Some(&value))?;
        }
        Ok(())
    }

    fn short_circuit(&self, frame: &mut Frame, values: &[Expr], stop: bool) -> VmResult<Value> {
        let mut last = self.vm.none();
        for (index, value) in values.iter().enumerate() {
            last = self.eval(frame, value)?;
            if index + 1 < values.len() && self.vm.is_true(&last)? == stop {
                break;
            }
        }
        Ok(last)
    }

    fn comparisons(&self, frame: &mut Frame, node: &ast::ExprCompare) -> VmResult<Value> {
        let mut left = self.eval(frame, &node.left)?;
        let mut result = self.vm.none();
        for (index, (op, right)) in node.ops.iter().zip(&node.comparators).enumerate() {
            let right = self.eval(frame, right)?;
            result = self.comparison(*op, &left, &right)?;
            if index + 1 < node.ops.len() && !self.vm.is_true(&result)? {
                break;
            }
            left = right;
        }
        Ok(result)
    }
}
