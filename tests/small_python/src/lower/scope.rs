//! Which variable a name means: the symbol table of a file.
//!
//! Comprehensions are scopes of their own for names but share the frame of the
//! function around them, as in CPython since 3.12.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{BTreeSet, HashMap};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
    Comprehension,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub kind: ScopeKind,
    pub parent: Option<usize>,
    pub bound: BTreeSet<String>,
    globals: BTreeSet<String>,
    nonlocals: BTreeSet<String>,
    used: BTreeSet<String>,
    /// Bound here and seen by a function inside.
    pub cells: BTreeSet<String>,
    /// Seen here and bound in a function around.
    pub free: BTreeSet<String>,
}

/// What a name means in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Bound by this scope, which shares the frame of the asking one.
    Own(usize),
    /// Bound by a function around.
    Free,
    /// A variable of the module, or a builtin.
    Global,
}

/// All scopes of a file.
#[derive(Debug)]
pub(super) struct Scopes {
    pub all: Vec<Scope>,
    by_range: HashMap<(TextRange, bool), usize>,
}

impl Scopes {
    /// Builds and resolves the table.
    pub fn of(module: &ast::ModModule) -> Self {
        let mut builder = Builder {
            scopes: Self {
                all: Vec::new(),
                by_range: HashMap::new(),
            },
            current: 0,
        };
        builder.scopes.add(ScopeKind::Module, None, module.range());
        builder.visit_body(&module.body);
        let mut scopes = builder.scopes;
        scopes.resolve();
        scopes
    }

    /// The scope of the node with this range. A class and a comprehension can
    /// begin and end with the function that they are all of, never with a scope
    /// of their own kind.
    pub fn at(&self, range: TextRange, kind: ScopeKind) -> usize {
        self.by_range[&(range, kind == ScopeKind::Comprehension)]
    }

    /// What `name` means in a scope.
    pub fn meaning(&self, scope: usize, name: &str) -> Meaning {
        let mut at = scope;
        loop {
            let here = &self.all[at];
            if here.globals.contains(name) {
                return Meaning::Global;
            }
            if here.bound.contains(name) && !here.nonlocals.contains(name) {
                return Meaning::Own(at);
            }
            if here.free.contains(name) {
                return Meaning::Free;
            }
            match (here.kind, here.parent) {
                (ScopeKind::Comprehension, Some(parent)) => at = parent,
                _ => return Meaning::Global,
            }
        }
    }

    fn add(&mut self, kind: ScopeKind, parent: Option<usize>, range: TextRange) -> usize {
        self.all.push(Scope {
            kind,
            parent,
            bound: BTreeSet::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            used: BTreeSet::new(),
            cells: BTreeSet::new(),
            free: BTreeSet::new(),
        });
        let index = self.all.len() - 1;
        self.by_range
            .insert((range, kind == ScopeKind::Comprehension), index);
        index
    }

    fn resolve(&mut self) {
        for scope in 0..self.all.len() {
            let here = &self.all[scope];
            let names: Vec<String> = here.used.union(&here.nonlocals).cloned().collect();
            for name in names {
                self.resolve_name(scope, &name);
            }
        }
    }

    fn resolve_name(&mut self, scope: usize, name: &str) {
        let mut path = Vec::new();
        let mut crossed = false;
        let mut at = scope;
        loop {
            let here = &self.all[at];
            if here.globals.contains(name) {
                return;
            }
            let seen = match here.kind {
                ScopeKind::Module => false,
                ScopeKind::Class => at == scope || name == "__class__",
                ScopeKind::Function | ScopeKind::Comprehension => true,
            };
            if seen && here.bound.contains(name) && !here.nonlocals.contains(name) {
                break;
            }
            let Some(parent) = here.parent else { return };
            if here.kind != ScopeKind::Comprehension {
                crossed = true;
                path.push(at);
            }
            at = parent;
        }
        if crossed {
            self.all[at].cells.insert(name.to_owned());
            for scope in path {
                self.all[scope].free.insert(name.to_owned());
            }
        }
    }
}

struct Builder {
    scopes: Scopes,
    current: usize,
}

impl Builder {
    fn inside(&mut self, kind: ScopeKind, range: TextRange, visit: impl FnOnce(&mut Self)) {
        let outer = self.current;
        self.current = self.scopes.add(kind, Some(outer), range);
        visit(self);
        self.current = outer;
    }

    fn here(&mut self) -> &mut Scope {
        &mut self.scopes.all[self.current]
    }

    fn bind(&mut self, name: &str) {
        self.here().bound.insert(name.to_owned());
    }

    fn use_name(&mut self, name: &str) {
        self.here().used.insert(name.to_owned());
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter() {
            let name = parameter.name().as_str().to_owned();
            self.bind(&name);
        }
    }

    /// `:=` binds in the function around a comprehension.
    fn bind_named(&mut self, name: &str) {
        let mut at = self.current;
        while self.scopes.all[at].kind == ScopeKind::Comprehension {
            match self.scopes.all[at].parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        self.scopes.all[at].bound.insert(name.to_owned());
    }

    fn comprehension<'a>(
        &mut self,
        range: TextRange,
        generators: &'a [ast::Comprehension],
        elements: &[&'a Expr],
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.inside(ScopeKind::Comprehension, range, |this| {
            for (index, generator) in generators.iter().enumerate() {
                this.visit_expr(&generator.target);
                if index > 0 {
                    this.visit_expr(&generator.iter);
                }
                for condition in &generator.ifs {
                    this.visit_expr(condition);
                }
            }
            for element in elements {
                this.visit_expr(element);
            }
        });
    }
}

impl<'a> Visitor<'a> for Builder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                for parameter in function.parameters.iter_non_variadic_params() {
                    if let Some(default) = &parameter.default {
                        self.visit_expr(default);
                    }
                }
                self.bind(&function.name);
                self.inside(ScopeKind::Function, function.range(), |this| {
                    this.parameters(&function.parameters);
                    this.visit_body(&function.body);
                });
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.bind(&class.name);
                self.inside(ScopeKind::Class, class.range(), |this| {
                    this.bind("__class__");
                    this.visit_body(&class.body);
                });
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    let first = name.split('.').next().unwrap_or(name);
                    let bound = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    self.bind(bound);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(bound.as_str());
                }
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    self.here().globals.insert(name.as_str().to_owned());
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    self.here().nonlocals.insert(name.as_str().to_owned());
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str());
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let id = name.id.as_str().to_owned();
                match name.ctx {
                    ExprContext::Load | ExprContext::Invalid => {
                        if id == "super" {
                            self.use_name("__class__");
                        }
                        self.use_name(&id);
                    }
                    ExprContext::Store | ExprContext::Del => {
                        self.bind(&id);
                        self.use_name(&id);
                    }
                }
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    self.bind_named(name.id.as_str());
                    self.use_name(name.id.as_str());
                }
            }
            Expr::Lambda(lambda) => {
                for parameter in lambda
                    .parameters
                    .iter()
                    .flat_map(|p| p.iter_non_variadic_params())
                {
                    if let Some(default) = &parameter.default {
                        self.visit_expr(default);
                    }
                }
                self.inside(ScopeKind::Function, lambda.range(), |this| {
                    if let Some(parameters) = &lambda.parameters {
                        this.parameters(parameters);
                    }
                    this.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(node) => {
                self.comprehension(node.range(), &node.generators, &[&node.elt]);
            }
            Expr::SetComp(node) => {
                self.comprehension(node.range(), &node.generators, &[&node.elt]);
            }
            Expr::Generator(node) => {
                self.comprehension(node.range(), &node.generators, &[&node.elt]);
            }
            Expr::DictComp(node) => {
                let mut elements = vec![&*node.value];
                elements.extend(node.key.as_deref());
                self.comprehension(node.range(), &node.generators, &elements);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
