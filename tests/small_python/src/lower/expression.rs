//! Expressions.

use super::Lowering;
use super::operator::{comparison, operator};
use super::scope::ScopeKind;
use crate::tree::{
    Call, Clause, Collection, Comprehension, Constant, ConstantId, Conversion, Element, Expr,
    ExprKind, Piece, Target,
};
use hpy_loader::runtime::UnaryOp;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

/// Positional arguments and keywords.
pub(super) type Arguments = (Vec<Element>, Vec<(Option<ConstantId>, Expr)>);

impl Lowering<'_> {
    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn optional(&mut self, expr: Option<&ast::Expr>) -> Option<Box<Expr>> {
        expr.map(|expr| self.boxed(expr))
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        let kind = match expr {
            ast::Expr::NoneLiteral(_) => ExprKind::Constant(self.constant(Constant::None)),
            ast::Expr::EllipsisLiteral(_) => ExprKind::Constant(self.constant(Constant::Ellipsis)),
            ast::Expr::BooleanLiteral(node) => {
                ExprKind::Constant(self.constant(Constant::Bool(node.value)))
            }
            ast::Expr::NumberLiteral(node) => {
                let number = self.number(node);
                ExprKind::Constant(self.constant(number))
            }
            ast::Expr::StringLiteral(node) => {
                let text = self.string_constant(node);
                ExprKind::Constant(self.constant(text))
            }
            ast::Expr::BytesLiteral(node) => {
                let bytes = node.value.bytes().collect();
                ExprKind::Constant(self.constant(Constant::Bytes(bytes)))
            }
            ast::Expr::Name(node) => ExprKind::Load(self.place(&node.id)),
            ast::Expr::Named(node) => self.named(node),
            ast::Expr::Attribute(node) => match &*node.value {
                ast::Expr::Call(call) if is_super(&call.func) => self.super_attribute(node, call),
                object => {
                    let object = self.boxed(object);
                    ExprKind::Attribute(object, self.string(&node.attr))
                }
            },
            ast::Expr::Subscript(node) => {
                let object = self.boxed(&node.value);
                ExprKind::Item(object, self.boxed(&node.slice))
            }
            ast::Expr::Slice(node) => ExprKind::Slice(
                self.optional(node.lower.as_deref()),
                self.optional(node.upper.as_deref()),
                self.optional(node.step.as_deref()),
            ),
            ast::Expr::List(node) => ExprKind::List(self.elements(&node.elts)),
            ast::Expr::Tuple(node) => ExprKind::Tuple(self.elements(&node.elts)),
            ast::Expr::Set(node) => ExprKind::Set(self.elements(&node.elts)),
            ast::Expr::Dict(node) => ExprKind::Dict(
                node.items
                    .iter()
                    .map(|item| {
                        let key = item.key.as_ref().map(|key| self.expr(key));
                        (key, self.expr(&item.value))
                    })
                    .collect(),
            ),
            ast::Expr::UnaryOp(node) => {
                let operand = self.boxed(&node.operand);
                match node.op {
                    ast::UnaryOp::Not => ExprKind::Not(operand),
                    ast::UnaryOp::Invert => ExprKind::Unary(UnaryOp::Invert, operand),
                    ast::UnaryOp::UAdd => ExprKind::Unary(UnaryOp::Positive, operand),
                    ast::UnaryOp::USub => ExprKind::Unary(UnaryOp::Negative, operand),
                }
            }
            ast::Expr::BinOp(node) => {
                let (left, right) = (self.boxed(&node.left), self.boxed(&node.right));
                match operator(node.op) {
                    Some(op) => ExprKind::Binary(op, left, right),
                    None => ExprKind::Power(left, right),
                }
            }
            ast::Expr::BoolOp(node) => {
                let values = self.exprs(&node.values);
                match node.op {
                    ast::BoolOp::And => ExprKind::And(values),
                    ast::BoolOp::Or => ExprKind::Or(values),
                }
            }
            ast::Expr::Compare(node) => {
                let left = self.boxed(&node.left);
                let right = self.exprs(&node.comparators);
                let operators = node.ops.iter().map(|&op| comparison(op));
                ExprKind::Compare(left, operators.zip(right).collect())
            }
            ast::Expr::If(node) => ExprKind::If(
                self.boxed(&node.test),
                self.boxed(&node.body),
                self.boxed(&node.orelse),
            ),
            ast::Expr::Call(node) => self.call(node),
            ast::Expr::Lambda(node) => return self.lambda(node),
            ast::Expr::FString(node) => ExprKind::Format(self.format(&node.value)),
            ast::Expr::ListComp(node) => {
                let at = node.range();
                self.comprehension(Collection::List, at, &node.generators, &node.elt, None)
            }
            ast::Expr::SetComp(node) => {
                let at = node.range();
                self.comprehension(Collection::Set, at, &node.generators, &node.elt, None)
            }
            ast::Expr::Generator(node) => {
                let at = node.range();
                self.comprehension(Collection::Iterator, at, &node.generators, &node.elt, None)
            }
            ast::Expr::DictComp(node) => match &node.key {
                Some(key) => {
                    let (at, value) = (node.range(), Some(&*node.value));
                    self.comprehension(Collection::Dict, at, &node.generators, key, value)
                }
                None => return self.refuse("** in a comprehension", expr),
            },
            ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => return self.refuse("yield", expr),
            ast::Expr::Await(_) => return self.refuse("await", expr),
            ast::Expr::TString(_) => return self.refuse("template string", expr),
            ast::Expr::Starred(_) => return self.refuse("starred expression", expr),
            _ => return self.refuse("unknown expression", expr),
        };
        Expr { kind }
    }

    fn refuse(&mut self, construct: &str, at: &ast::Expr) -> Expr {
        self.unsupported(construct, at);
        self.none()
    }

    pub(super) fn elements(&mut self, exprs: &[ast::Expr]) -> Vec<Element> {
        exprs
            .iter()
            .map(|expr| match expr {
                ast::Expr::Starred(star) => Element::Star(self.expr(&star.value)),
                other => Element::One(self.expr(other)),
            })
            .collect()
    }

    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> Arguments {
        let positional = self.elements(&arguments.args);
        let keywords = arguments
            .keywords
            .iter()
            .map(|keyword| {
                let name = keyword.arg.as_ref().map(|name| self.string(name));
                (name, self.expr(&keyword.value))
            })
            .collect();
        (positional, keywords)
    }

    fn call(&mut self, node: &ast::ExprCall) -> ExprKind {
        if is_super(&node.func) {
            self.unsupported("super as an object", node);
        }
        let callee = self.expr(&node.func);
        let (positional, keywords) = self.arguments(&node.arguments);
        ExprKind::Call(Box::new(Call {
            callee,
            positional,
            keywords,
        }))
    }

    /// `super().name` or `super(class, object).name`.
    fn super_attribute(&mut self, node: &ast::ExprAttribute, call: &ast::ExprCall) -> ExprKind {
        let (class, object) = match (&*call.arguments.args, self.first_parameter()) {
            ([class, object], _) => (self.expr(class), self.expr(object)),
            ([], Some(first)) => {
                let mut load = |name: &str| Expr {
                    kind: ExprKind::Load(self.place(name)),
                };
                (load("__class__"), load(&first))
            }
            _ => {
                self.unsupported("super() outside of a method", node);
                return ExprKind::Constant(self.constant(Constant::None));
            }
        };
        ExprKind::Super(Box::new(class), Box::new(object), self.string(&node.attr))
    }

    fn named(&mut self, node: &ast::ExprNamed) -> ExprKind {
        let value = self.boxed(&node.value);
        match &*node.target {
            ast::Expr::Name(name) => {
                // It binds around all comprehensions that it stands in.
                let inner = self.scope;
                while self.scopes.all[self.scope].kind == ScopeKind::Comprehension {
                    let Some(parent) = self.scopes.all[self.scope].parent else {
                        break;
                    };
                    self.scope = parent;
                }
                let place = self.place(&name.id);
                self.scope = inner;
                ExprKind::Named(place, value)
            }
            other => self.refuse("target of :=", other).kind,
        }
    }

    fn comprehension(
        &mut self,
        collection: Collection,
        range: TextRange,
        generators: &[ast::Comprehension],
        element: &ast::Expr,
        value: Option<&ast::Expr>,
    ) -> ExprKind {
        let outer = self.scope;
        let scope = self.scopes.at(range, ScopeKind::Comprehension);
        let mut clauses = Vec::new();
        for (index, generator) in generators.iter().enumerate() {
            if generator.is_async {
                self.unsupported("async comprehension", generator);
            }
            // The first iterable is evaluated outside.
            self.scope = if index == 0 { outer } else { scope };
            let iterable = self.expr(&generator.iter);
            self.scope = scope;
            clauses.push(Clause {
                target: self.assignable(&generator.target),
                iterable,
                conditions: self.exprs(&generator.ifs),
            });
        }
        let element = self.expr(element);
        let value = value.map(|value| self.expr(value));
        let names: Vec<String> = self.scopes.all[scope].cells.iter().cloned().collect();
        let cells = names
            .into_iter()
            .map(|name| self.frame().cell(&(scope, name), None))
            .collect();
        self.scope = outer;
        ExprKind::Comprehension(Box::new(Comprehension {
            collection,
            clauses,
            element,
            value,
            cells,
        }))
    }

    /// What stands on the left of an assignment.
    pub(super) fn assignable(&mut self, expr: &ast::Expr) -> Target {
        match expr {
            ast::Expr::Name(name) => self.target(&name.id),
            ast::Expr::Attribute(node) => {
                let object = self.expr(&node.value);
                Target::Attribute(object, self.string(&node.attr))
            }
            ast::Expr::Subscript(node) => {
                let object = self.expr(&node.value);
                Target::Item(object, self.expr(&node.slice))
            }
            ast::Expr::Tuple(node) => self.unpacked(&node.elts),
            ast::Expr::List(node) => self.unpacked(&node.elts),
            other => {
                self.unsupported("target of an assignment", other);
                self.unpacked(&[])
            }
        }
    }

    fn unpacked(&mut self, exprs: &[ast::Expr]) -> Target {
        let (mut before, mut star, mut after) = (Vec::new(), None, Vec::new());
        for expr in exprs {
            match expr {
                ast::Expr::Starred(inner) => star = Some(Box::new(self.assignable(&inner.value))),
                other if star.is_none() => before.push(self.assignable(other)),
                other => after.push(self.assignable(other)),
            }
        }
        Target::Unpack {
            before,
            star,
            after,
        }
    }

    fn format(&mut self, value: &ast::FStringValue) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in value {
            match part {
                ast::FStringPart::Literal(text) => pieces.push(Piece::Text(text.value.to_string())),
                ast::FStringPart::FString(string) => self.pieces(&string.elements, &mut pieces),
            }
        }
        pieces
    }

    fn pieces(&mut self, elements: &ast::InterpolatedStringElements, pieces: &mut Vec<Piece>) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(text) => {
                    pieces.push(Piece::Text(text.value.to_string()));
                }
                ast::InterpolatedStringElement::Interpolation(node) => {
                    if node.debug_text.is_some() {
                        self.unsupported("= in a format string", node);
                    }
                    let mut specification = Vec::new();
                    if let Some(given) = &node.format_spec {
                        self.pieces(&given.elements, &mut specification);
                    }
                    pieces.push(Piece::Value {
                        value: self.expr(&node.expression),
                        conversion: match node.conversion {
                            ast::ConversionFlag::None => None,
                            ast::ConversionFlag::Str => Some(Conversion::Str),
                            ast::ConversionFlag::Ascii => Some(Conversion::Ascii),
                            ast::ConversionFlag::Repr => Some(Conversion::Repr),
                        },
                        specification,
                    });
                }
            }
        }
    }
}

fn is_super(callee: &ast::Expr) -> bool {
    matches!(callee, ast::Expr::Name(name) if name.id == "super")
}
