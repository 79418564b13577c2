//! Expressions.

use super::frame::Frame;
use super::{Fallible, Interpreter, Value};
use crate::tree::{Collection, Comparison, Comprehension, Element, Expr, ExprKind, Function};
use moving_gc::heap::Reference;

impl Interpreter {
    pub(super) fn eval(&self, frame: &mut Frame, expr: &Expr) -> Fallible<Value> {
        match &expr.kind {
            ExprKind::Constant(id) => Ok(frame.constant(*id).clone()),
            ExprKind::Load(place) => self.load(frame, *place),
            ExprKind::Named(place, value) => {
                let value = self.eval(frame, value)?;
                self.store(frame, *place, value.clone())?;
                Ok(value)
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                self.vm.get_attr(&object, frame.name(*name))
            }
            ExprKind::Item(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.vm.get_item(&object, &key)
            }
            ExprKind::Slice(start, stop, step) => {
                let mut part = |part: &Option<Box<Expr>>| match part {
                    Some(part) => self.eval(frame, part),
                    None => Ok(self.vm.none()),
                };
                let (start, stop, step) = (part(start)?, part(stop)?, part(step)?);
                Ok(self.vm.slice(&start, &stop, &step))
            }
            ExprKind::List(elements) => {
                let values = self.elements(frame, elements)?;
                Ok(self.vm.list(&values))
            }
            ExprKind::Tuple(elements) => {
                let values = self.elements(frame, elements)?;
                Ok(self.vm.tuple(&values))
            }
            ExprKind::Set(elements) => {
                let values = self.elements(frame, elements)?;
                self.set(&values)
            }
            ExprKind::Dict(items) => self.dict(frame, items),
            ExprKind::Unary(op, operand) => {
                let operand = self.eval(frame, operand)?;
                self.vm.unary(*op, &operand)
            }
            ExprKind::Not(operand) => {
                let operand = self.eval(frame, operand)?;
                Ok(self.vm.bool(!self.vm.is_true(&operand)?))
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.eval(frame, left)?;
                let right = self.eval(frame, right)?;
                self.vm.binary(*op, &left, &right)
            }
            ExprKind::Power(left, right) => {
                let left = self.eval(frame, left)?;
                let right = self.eval(frame, right)?;
                self.vm.power(&left, &right, &self.vm.none())
            }
            ExprKind::And(values) => self.short_circuit(frame, values, false),
            ExprKind::Or(values) => self.short_circuit(frame, values, true),
            ExprKind::Compare(left, rest) => self.comparisons(frame, left, rest),
            ExprKind::If(test, then, otherwise) => {
                let test = self.eval(frame, test)?;
                let branch = if self.vm.is_true(&test)? {
                    then
                } else {
                    otherwise
                };
                self.eval(frame, branch)
            }
            ExprKind::Call(call) => self.eval_call(frame, call),
            ExprKind::Super(class, object, name) => {
                let class = self.eval(frame, class)?;
                let object = self.eval(frame, object)?;
                self.vm.get_super_attr(&class, &object, frame.name(*name))
            }
            ExprKind::Function(function) => self.eval_function(frame, function),
            ExprKind::Comprehension(comprehension) => self.comprehension(frame, comprehension),
            ExprKind::Format(pieces) => {
                let text = self.format(frame, pieces)?;
                Ok(self.vm.str(&text))
            }
        }
    }

    pub(super) fn elements(&self, frame: &mut Frame, elements: &[Element]) -> Fallible<Vec<Value>> {
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Element::One(expr) => values.push(self.eval(frame, expr)?),
                Element::Star(expr) => {
                    let iterable = self.eval(frame, expr)?;
                    values.extend(self.collect(&iterable)?);
                }
            }
        }
        Ok(values)
    }

    /// `list(iterable)`, in Rust.
    pub(super) fn collect(&self, iterable: &Value) -> Fallible<Vec<Value>> {
        self.vm.collect_items(iterable)
    }

    pub(super) fn set(&self, values: &[Value]) -> Fallible<Value> {
        let class = self.builtin("set")?;
        self.vm.call(&class, [self.vm.list(values)].into())
    }

    fn dict(&self, frame: &mut Frame, items: &[(Option<Expr>, Expr)]) -> Fallible<Value> {
        let dict = self.vm.dict();
        for (key, value) in items {
            match key {
                Some(key) => {
                    let key = self.eval(frame, key)?;
                    let value = self.eval(frame, value)?;
                    self.vm.set_item(&dict, &key, Some(&value))?;
                }
                None => {
                    let mapping = self.eval(frame, value)?;
                    self.update(&dict, &mapping)?;
                }
            }
        }
        Ok(dict)
    }

    /// `dict.update(mapping)`.
    pub(super) fn update(&self, dict: &Value, mapping: &Value) -> Fallible<()> {
        let keys = self.vm.call_method(mapping, "keys", [].into())?;
        for key in self.collect(&keys)? {
            let value = self.vm.get_item(mapping, &key)?;
            self.vm.set_item(dict, &key, Some(&value))?;
        }
        Ok(())
    }

    fn short_circuit(&self, frame: &mut Frame, values: &[Expr], stop: bool) -> Fallible<Value> {
        let mut last = self.vm.none();
        for (index, value) in values.iter().enumerate() {
            last = self.eval(frame, value)?;
            if index + 1 < values.len() && self.vm.is_true(&last)? == stop {
                break;
            }
        }
        Ok(last)
    }

    fn comparisons(
        &self,
        frame: &mut Frame,
        left: &Expr,
        rest: &[(Comparison, Expr)],
    ) -> Fallible<Value> {
        let mut left = self.eval(frame, left)?;
        let mut result = self.vm.none();
        for (index, (comparison, right)) in rest.iter().enumerate() {
            let right = self.eval(frame, right)?;
            result = self.comparison(*comparison, &left, &right)?;
            if index + 1 < rest.len() && !self.vm.is_true(&result)? {
                break;
            }
            left = right;
        }
        Ok(result)
    }

    pub(super) fn comparison(
        &self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Fallible<Value> {
        Ok(match comparison {
            Comparison::Rich(op) => self.vm.compare(op, left, right)?,
            Comparison::Is => self.vm.bool(left.is(right)),
            Comparison::IsNot => self.vm.bool(!left.is(right)),
            Comparison::In => self.vm.bool(self.vm.contains(right, left)?),
            Comparison::NotIn => self.vm.bool(!self.vm.contains(right, left)?),
        })
    }

    fn eval_function(&self, frame: &mut Frame, function: &Function) -> Fallible<Value> {
        let mut decorators = Vec::new();
        for decorator in &function.decorators {
            decorators.push(self.eval(frame, decorator)?);
        }
        let mut defaults = Vec::new();
        for default in &function.defaults {
            defaults.push(self.eval(frame, default)?);
        }
        let keyword_defaults = self.vm.dict();
        for (name, default) in &function.keyword_defaults {
            let value = self.eval(frame, default)?;
            self.vm
                .set_item(&keyword_defaults, frame.constant(*name), Some(&value))?;
        }
        let number = frame.unit.first_code + function.code;
        let mut value = self.new_function(frame, number, &defaults, &keyword_defaults)?;
        for decorator in decorators.iter().rev() {
            value = self.vm.call(decorator, [value].into())?;
        }
        Ok(value)
    }

    fn comprehension(&self, frame: &mut Frame, node: &Comprehension) -> Fallible<Value> {
        // Each run has variables of its own, also if it is inside a loop.
        for &cell in &node.cells {
            frame.cells[cell] = self.new_cell(None);
        }
        let result = match node.collection {
            Collection::Dict => self.vm.dict(),
            _ => self.vm.list(&[]),
        };
        self.clause(frame, node, 0, &result)?;
        match node.collection {
            Collection::List | Collection::Dict => Ok(result),
            Collection::Set => {
                let class = self.builtin("set")?;
                self.vm.call(&class, [result].into())
            }
            Collection::Iterator => self.vm.iter(&result),
        }
    }

    fn clause(
        &self,
        frame: &mut Frame,
        node: &Comprehension,
        depth: usize,
        result: &Value,
    ) -> Fallible<()> {
        let Some(clause) = node.clauses.get(depth) else {
            let element = self.eval(frame, &node.element)?;
            return match &node.value {
                Some(value) => {
                    let value = self.eval(frame, value)?;
                    self.vm.set_item(result, &element, Some(&value))
                }
                None => {
                    let append = [element].into();
                    self.vm.call_method(result, "append", append).map(|_| ())
                }
            };
        };
        let iterable = self.eval(frame, &clause.iterable)?;
        let iterator = self.vm.iter(&iterable)?;
        'next: while let Some(value) = self.vm.next(&iterator)? {
            self.assign(frame, &clause.target, value)?;
            for condition in &clause.conditions {
                let holds = self.eval(frame, condition)?;
                if !self.vm.is_true(&holds)? {
                    continue 'next;
                }
            }
            self.clause(frame, node, depth + 1, result)?;
        }
        Ok(())
    }
}
