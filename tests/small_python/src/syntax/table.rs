//! Walks the tree of a file: notes its bodies, names and literals, and sets the index
//! of their nodes.
//!
//! What the interpreter does not have is no error of the file: the body in which it
//! stands says so when it is to run. So a file of tests can be loaded of which only
//! some can be run.

use super::lines::Lines;
use super::scope::{ScopeKind, Scopes};
use super::unit::{Body, Code, Kind, Parameters, Unit};
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr};
use ruff_text_size::Ranged;
use std::collections::HashMap;

/// A file that does not parse.
#[derive(Debug)]
pub struct SyntaxError {
    /// What the parser says.
    pub message: String,
    /// Where.
    pub line: u32,
}

/// Parses a file, or an expression by itself.
///
/// # Errors
///
/// If it is no Python.
pub fn parse(source: &str, file: &str, expression: bool) -> Result<Unit, SyntaxError> {
    let source: &'static str = source.to_owned().leak();
    let lines = Lines::of(source);
    let body = if expression {
        ruff_python_parser::parse_expression(source)
            .map(|parsed| Body::Value(Box::leak(parsed.into_syntax().body)))
    } else {
        ruff_python_parser::parse_module(source).map(|parsed| {
            let module: &'static ast::ModModule = Box::leak(Box::new(parsed.into_syntax()));
            Body::Statements(&module.body)
        })
    };
    let body = body.map_err(|error| SyntaxError {
        message: error.error.to_string(),
        line: lines.at(error.location.start().to_usize()),
    })?;
    let mut table = Table {
        unit: Unit {
            file: file.to_owned(),
            source,
            lines,
            codes: Vec::new(),
            places: Vec::new(),
            literals: Vec::new(),
        },
        scopes: Scopes::default(),
        names: Vec::new(),
        literals: HashMap::new(),
        comprehensions: Vec::new(),
        scope: 0,
    };
    table.module(body);
    Ok(table.resolved())
}

pub(super) struct Table {
    pub unit: Unit,
    pub scopes: Scopes,
    /// Every name, with the scope that it stands in.
    names: Vec<(usize, &'static str)>,
    /// Literals by their text: the same text is the same object.
    literals: HashMap<&'static str, usize>,
    /// The comprehensions, with their scopes.
    comprehensions: Vec<(usize, &'static AtomicNodeIndex)>,
    /// The innermost scope.
    pub scope: usize,
}

impl Table {
    /// The unit, with all names resolved.
    fn resolved(mut self) -> Unit {
        let names = self.names.iter();
        let places = names.map(|&(scope, name)| self.scopes.place(scope, name));
        self.unit.places = places.collect();
        for (scope, node) in self.comprehensions {
            set(node, self.scopes.0[scope].bound.len());
        }
        for scope in self.scopes.0 {
            if scope.kind == ScopeKind::Function {
                self.unit.codes[scope.code].locals = scope.bound;
            }
        }
        self.unit
    }

    fn module(&mut self, body: Body) {
        self.scopes.add(ScopeKind::Module, None, 0);
        let code = self.new_code(Kind::Module, "<module>", 1, body, None);
        self.unit.codes.push(code);
        match body {
            Body::Statements(body) => self.visit_body(body),
            Body::Value(value) => self.visit_expr(value),
        }
    }

    pub fn new_code(
        &self,
        kind: Kind,
        name: &'static str,
        line: u32,
        body: Body,
        parameters: Option<&'static ast::Parameters>,
    ) -> Code {
        let outer = self.unit.codes.get(self.scopes.0[self.scope].code);
        let qualified_name = match outer.map(|outer| (outer.kind, &outer.qualified_name)) {
            Some((Kind::Class, outer)) => format!("{outer}.{name}"),
            Some((Kind::Function, outer)) => format!("{outer}.<locals>.{name}"),
            _ => name.to_owned(),
        };
        let names = parameters.into_iter().flat_map(ast::Parameters::iter);
        Code {
            kind,
            name,
            qualified_name,
            line,
            parameters: parameters.map(Parameters::from).unwrap_or_default(),
            body,
            locals: names.map(|parameter| parameter.name().as_str()).collect(),
            unsupported: None,
        }
    }

    /// Visits a body that has a frame of its own.
    pub fn inside(&mut self, kind: ScopeKind, code: Code, node: &AtomicNodeIndex) {
        let number = self.unit.codes.len();
        set(node, number);
        let scope = self.scopes.add(kind, Some(self.scope), number);
        let outer = std::mem::replace(&mut self.scope, scope);
        for name in &code.locals {
            self.bind(name);
        }
        // The only variable in the environment of a class.
        if kind == ScopeKind::Class {
            self.bind("__class__");
        }
        let body = code.body;
        self.unit.codes.push(code);
        match body {
            Body::Statements(body) => self.visit_body(body),
            Body::Value(value) => self.visit_expr(value),
        }
        self.scope = outer;
    }

    pub fn bind(&mut self, name: &'static str) {
        self.scopes.bind(self.scope, name);
    }

    /// A name that is looked up, or bound, by the node.
    pub fn name(&mut self, name: &'static str, node: &AtomicNodeIndex) {
        set(node, self.names.len());
        self.names.push((self.scope, name));
    }

    pub fn target(&mut self, name: &'static str, node: &AtomicNodeIndex) {
        self.bind(name);
        self.name(name, node);
    }

    pub fn literal(&mut self, literal: &'static Expr, node: &AtomicNodeIndex) {
        let text = &self.unit.source[literal.range()];
        let literals = &mut self.unit.literals;
        let number = *self.literals.entry(text).or_insert_with(|| {
            literals.push(literal);
            literals.len() - 1
        });
        set(node, number);
    }

    /// Notes that the interpreter does not have something.
    pub fn unsupported(&mut self, construct: &'static str, node: &impl Ranged) {
        let line = self.unit.lines.line(node);
        let code = self.scopes.0[self.scope].code;
        let code = &mut self.unit.codes[code];
        code.unsupported.get_or_insert((construct, line));
    }

    pub fn defaults(&mut self, parameters: Option<&'static ast::Parameters>) {
        let parameters = parameters.into_iter().flat_map(ast::Parameters::iter);
        for parameter in parameters {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
        }
    }

    pub fn comprehension(
        &mut self,
        generators: &'static [ast::Comprehension],
        elements: &[&'static Expr],
        node: &'static AtomicNodeIndex,
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let code = self.scopes.0[self.scope].code;
        let scope = self
            .scopes
            .add(ScopeKind::Comprehension, Some(self.scope), code);
        self.comprehensions.push((scope, node));
        let outer = std::mem::replace(&mut self.scope, scope);
        for (index, generator) in generators.iter().enumerate() {
            if generator.is_async {
                self.unsupported("async comprehension", generator);
            }
            self.visit_expr(&generator.target);
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            self.visit_body_of(&generator.ifs);
        }
        elements.iter().for_each(|element| self.visit_expr(element));
        self.scope = outer;
    }

    fn visit_body_of(&mut self, exprs: &'static [Expr]) {
        exprs.iter().for_each(|expr| self.visit_expr(expr));
    }

    /// `super().name` or `super(class, object).name`: the name `super` stands for the
    /// class around, the call for the method's first parameter.
    pub fn super_attribute(
        &mut self,
        call: &'static ast::ExprCall,
        callee: &'static ast::ExprName,
    ) {
        self.name("__class__", &callee.node_index);
        let code = self.scopes.0[self.scope].code;
        match (&*call.arguments.args, self.unit.codes[code].locals.first()) {
            ([], Some(first)) => self.name(first, &call.node_index),
            (arguments @ [_, _], _) => self.visit_body_of(arguments),
            _ => self.unsupported("super() outside of a method", call),
        }
    }
}

fn set(node: &AtomicNodeIndex, index: usize) {
    node.set(u32::try_from(index).unwrap_or_default().into());
}
