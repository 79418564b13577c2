//! What the table takes from each node.

use super::scope::ScopeKind;
use super::table::Table;
use super::unit::{Body, Kind};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

/// The call and its callee, if `expr` is a call of `super`.
fn super_call(expr: &'static Expr) -> Option<(&'static ast::ExprCall, &'static ast::ExprName)> {
    let call = expr.as_call_expr()?;
    let callee = call.func.as_name_expr()?;
    (callee.id == "super").then_some((call, callee))
}

impl Visitor<'static> for Table {
    fn visit_stmt(&mut self, stmt: &'static Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                let parameters = &*function.parameters;
                self.defaults(Some(parameters));
                self.target(function.name.as_str(), &function.name.node_index);
                let annotated = parameters.iter().any(|one| one.annotation().is_some());
                let line = self.unit.lines.line(&function.name);
                let body = Body::Statements(&function.body);
                let name = function.name.as_str();
                let mut code = self.new_code(Kind::Function, name, line, body, Some(parameters));
                if function.is_async {
                    code.unsupported = Some(("async def", line));
                } else if annotated || function.returns.is_some() || function.type_params.is_some()
                {
                    code.unsupported = Some(("type annotation", line));
                }
                self.inside(ScopeKind::Function, code, &function.node_index);
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.target(class.name.as_str(), &class.name.node_index);
                let line = self.unit.lines.line(&class.name);
                let body = Body::Statements(&class.body);
                let mut code = self.new_code(Kind::Class, class.name.as_str(), line, body, None);
                if class.type_params.is_some() {
                    code.unsupported = Some(("type parameter", line));
                }
                self.inside(ScopeKind::Class, code, &class.node_index);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    let first = name.split('.').next().unwrap_or(name);
                    let bound = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    self.target(bound, &alias.node_index);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.unsupported("import *", alias);
                    }
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.target(bound.as_str(), &alias.node_index);
                }
            }
            Stmt::Global(global) => {
                let names = global.names.iter().map(|name| name.as_str());
                self.scopes.0[self.scope].globals.extend(names);
            }
            Stmt::Nonlocal(nonlocal) => {
                let names = nonlocal.names.iter().map(|name| name.as_str());
                self.scopes.0[self.scope].nonlocals.extend(names);
            }
            Stmt::AnnAssign(node) => self.unsupported("type annotation", node),
            Stmt::Match(node) => self.unsupported("match", node),
            Stmt::TypeAlias(node) => self.unsupported("type alias", node),
            Stmt::IpyEscapeCommand(node) => self.unsupported("escape command", node),
            _ => {
                match stmt {
                    Stmt::For(node) if node.is_async => self.unsupported("async for", node),
                    Stmt::With(node) if node.is_async => self.unsupported("async with", node),
                    Stmt::Try(node) if node.is_star => self.unsupported("except*", node),
                    _ => {}
                }
                visitor::walk_stmt(self, stmt);
            }
        }
    }

    fn visit_except_handler(&mut self, handler: &'static ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.target(name.as_str(), &name.node_index);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'static Expr) {
        match expr {
            Expr::Name(name) if name.id == "super" => self.unsupported("super as an object", name),
            Expr::Name(name) => {
                if !name.ctx.is_load() {
                    self.bind(&name.id);
                }
                self.name(&name.id, &name.node_index);
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    // It binds around all comprehensions that it stands in.
                    let around = self.scopes.of_frame(self.scope);
                    self.scopes.bind(around, &name.id);
                    self.name(&name.id, &name.node_index);
                }
            }
            Expr::Attribute(node) if let Some((call, callee)) = super_call(&node.value) => {
                self.super_attribute(call, callee);
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.as_deref();
                self.defaults(parameters);
                let line = self.unit.lines.line(lambda);
                let body = Body::Value(&lambda.body);
                let code = self.new_code(Kind::Function, "<lambda>", line, body, parameters);
                self.inside(ScopeKind::Function, code, &lambda.node_index);
            }
            Expr::ListComp(node) => {
                self.comprehension(&node.generators, &[&node.elt], &node.node_index);
            }
            Expr::SetComp(node) => {
                self.comprehension(&node.generators, &[&node.elt], &node.node_index);
            }
            Expr::Generator(node) => {
                self.comprehension(&node.generators, &[&node.elt], &node.node_index);
            }
            Expr::DictComp(node) => match node.key.as_deref() {
                Some(key) => {
                    let elements = [key, &node.value];
                    self.comprehension(&node.generators, &elements, &node.node_index);
                }
                None => self.unsupported("** in a comprehension", node),
            },
            Expr::NumberLiteral(node) => match node.value {
                ast::Number::Complex { .. } => self.unsupported("complex literal", node),
                _ => self.literal(expr, &node.node_index),
            },
            Expr::StringLiteral(node) => self.literal(expr, &node.node_index),
            Expr::BytesLiteral(node) => self.literal(expr, &node.node_index),
            Expr::Yield(_) | Expr::YieldFrom(_) => self.unsupported("yield", expr),
            Expr::Await(_) => self.unsupported("await", expr),
            Expr::TString(_) => self.unsupported("template string", expr),
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_interpolated_string_element(
        &mut self,
        element: &'static ast::InterpolatedStringElement,
    ) {
        if let ast::InterpolatedStringElement::Interpolation(node) = element
            && node.debug_text.is_some()
        {
            self.unsupported("= in a format string", node);
        }
        visitor::walk_interpolated_string_element(self, element);
    }
}
