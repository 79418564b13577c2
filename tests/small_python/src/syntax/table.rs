//! Walks the tree of a file: notes its bodies, names and literals, and sets the index
//! of their nodes.
//!
//! What the interpreter does not have is no error of the file: the body in which it
//! stands says so when it is to run. So a file of tests can be loaded of which only
//! some can be run.

use super::lines::Lines;
use super::scope::{Meaning, ScopeKind, Scopes};
use super::unit::{Body, Code, Kind, Parameters, Place, Unit};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr, Stmt};
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
            fresh: Vec::new(),
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

struct Table {
    unit: Unit,
    scopes: Scopes,
    /// Every name, with the scope that it stands in.
    names: Vec<(usize, &'static str)>,
    /// Literals by their text: the same text is the same object.
    literals: HashMap<&'static str, usize>,
    /// The scopes of the comprehensions.
    comprehensions: Vec<usize>,
    /// The innermost scope.
    scope: usize,
}

impl Table {
    fn module(&mut self, body: Body) {
        self.scopes.add(ScopeKind::Module, None, 0);
        let code = self.new_code(Kind::Module, "<module>", 1, body, None);
        self.unit.codes.push(code);
        match body {
            Body::Statements(body) => self.visit_body(body),
            Body::Value(value) => self.visit_expr(value),
        }
    }

    fn new_code(
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
            free: Vec::new(),
            cells: Vec::new(),
            class_cell: None,
            unsupported: None,
        }
    }

    /// Visits a body that has a frame of its own.
    fn inside(&mut self, kind: ScopeKind, code: Code, node: &AtomicNodeIndex) {
        let number = self.unit.codes.len();
        set(node, number);
        let scope = self.scopes.add(kind, Some(self.scope), number);
        let outer = std::mem::replace(&mut self.scope, scope);
        for (slot, name) in code.locals.iter().enumerate() {
            self.bind(name);
            self.scopes.0[scope].slots.insert(name, slot);
        }
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

    fn bind(&mut self, name: &'static str) {
        self.scopes.0[self.scope].bound.insert(name);
    }

    /// A name that is looked up, or bound, by the node.
    fn name(&mut self, name: &'static str, node: &AtomicNodeIndex) {
        self.scopes.0[self.scope].used.insert(name);
        set(node, self.names.len());
        self.names.push((self.scope, name));
    }

    fn target(&mut self, name: &'static str, node: &AtomicNodeIndex) {
        self.bind(name);
        self.name(name, node);
    }

    fn literal(&mut self, literal: &'static Expr, node: &AtomicNodeIndex) {
        let text = &self.unit.source[literal.range()];
        let literals = &mut self.unit.literals;
        let number = *self.literals.entry(text).or_insert_with(|| {
            literals.push(literal);
            literals.len() - 1
        });
        set(node, number);
    }

    /// Notes that the interpreter does not have something.
    fn unsupported(&mut self, construct: &'static str, node: &impl Ranged) {
        let line = self.unit.lines.line(node);
        let code = self.scopes.0[self.scope].code;
        let code = &mut self.unit.codes[code];
        code.unsupported.get_or_insert((construct, line));
    }

    fn defaults(&mut self, parameters: Option<&'static ast::Parameters>) {
        let parameters = parameters.into_iter().flat_map(ast::Parameters::iter);
        for parameter in parameters {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
        }
    }

    fn comprehension(
        &mut self,
        generators: &'static [ast::Comprehension],
        elements: &[&'static Expr],
        node: &AtomicNodeIndex,
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let code = self.scopes.0[self.scope].code;
        let scope = self
            .scopes
            .add(ScopeKind::Comprehension, Some(self.scope), code);
        set(node, self.comprehensions.len());
        self.comprehensions.push(scope);
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
    fn super_attribute(&mut self, call: &'static ast::ExprCall, callee: &'static ast::ExprName) {
        self.name("__class__", &callee.node_index);
        let code = self.scopes.0[self.scope].code;
        match (&*call.arguments.args, self.unit.codes[code].locals.first()) {
            ([], Some(first)) => self.name(first, &call.node_index),
            (arguments @ [_, _], _) => self.visit_body_of(arguments),
            _ => self.unsupported("super() outside of a method", call),
        }
    }

    /// The unit, with all names resolved.
    fn resolved(mut self) -> Unit {
        self.scopes.resolve();
        for scope in 0..self.scopes.0.len() {
            self.frame_of(scope);
        }
        let names = std::mem::take(&mut self.names);
        for (scope, name) in names {
            let place = self.place(scope, name);
            self.unit.places.push(place);
        }
        for scope in std::mem::take(&mut self.comprehensions) {
            let cells: Vec<_> = self.scopes.0[scope].cells.keys().copied().collect();
            let cells = cells.into_iter().map(|name| self.cell(scope, name, None));
            let cells = cells.collect();
            self.unit.fresh.push(cells);
        }
        self.unit
    }

    /// Fills in what a frame shares with those around it. The codes around have been
    /// filled in before.
    fn frame_of(&mut self, scope: usize) {
        let here = &self.scopes.0[scope];
        let (kind, number, parent) = (here.kind, here.code, here.parent);
        if kind == ScopeKind::Comprehension {
            return;
        }
        let free: Vec<_> = here.free.iter().copied().collect();
        let shared: Vec<_> = here.cells.keys().copied().collect();
        let slots = here.slots.clone();
        for name in free {
            let outer = parent.map_or(0, |parent| self.outer_cell(parent, name));
            self.unit.codes[number].free.push((name, outer));
        }
        for name in shared {
            if let Some(slot) = slots.get(name) {
                self.cell(scope, name, Some(*slot));
            } else if kind == ScopeKind::Class && name == "__class__" {
                self.unit.codes[number].class_cell = Some(self.cell(scope, name, None));
            }
        }
    }

    /// The cell of a variable as the frame of `scope` sees it.
    fn outer_cell(&mut self, mut scope: usize, name: &'static str) -> usize {
        loop {
            let here = &self.scopes.0[scope];
            if here.cells.contains_key(name) {
                return self.cell(scope, name, None);
            }
            match (here.kind, here.parent) {
                (ScopeKind::Comprehension, Some(parent)) => scope = parent,
                _ => return self.free_cell(here.code, name),
            }
        }
    }

    /// The index of a cell that comes from the frame around.
    fn free_cell(&self, code: usize, name: &str) -> usize {
        let free = &self.unit.codes[code].free;
        free.iter()
            .position(|(free, _)| *free == name)
            .expect("the scopes list every free variable")
    }

    fn cell(&mut self, scope: usize, name: &'static str, parameter: Option<usize>) -> usize {
        let here = &mut self.scopes.0[scope];
        let code = &mut self.unit.codes[here.code];
        *here.cells.entry(name).or_default().get_or_insert_with(|| {
            code.cells.push((name, parameter));
            code.free.len() + code.cells.len() - 1
        })
    }

    /// Where a variable is, seen from a scope.
    fn place(&mut self, scope: usize, name: &'static str) -> Place {
        let code = self.scopes.0[scope].code;
        let kind = self.unit.codes[code].kind;
        match (self.scopes.meaning(scope, name), kind) {
            (Meaning::Global, Kind::Function) => Place::Global(name),
            // The namespace of a module is its globals.
            (Meaning::Global, Kind::Module | Kind::Class) => Place::Name(name),
            (Meaning::Free, Kind::Class) => Place::NameOrCell(name, self.free_cell(code, name)),
            (Meaning::Free, _) => Place::Cell(self.free_cell(code, name)),
            (Meaning::Own(owner), _) => {
                let here = &mut self.scopes.0[owner];
                if matches!(here.kind, ScopeKind::Module | ScopeKind::Class) {
                    return Place::Name(name);
                }
                if here.cells.contains_key(name) {
                    return Place::Cell(self.cell(owner, name, None));
                }
                let locals = &mut self.unit.codes[code].locals;
                Place::Local(*here.slots.entry(name).or_insert_with(|| {
                    locals.push(name);
                    locals.len() - 1
                }))
            }
        }
    }
}

fn set(node: &AtomicNodeIndex, index: usize) {
    node.set(u32::try_from(index).unwrap_or_default().into());
}

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
                    let inner = std::mem::replace(&mut self.scope, around);
                    self.target(&name.id, &name.node_index);
                    self.scope = inner;
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
