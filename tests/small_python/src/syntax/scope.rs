//! Which variable a name means.
//!
//! Comprehensions are scopes of their own for names but share the frame of the
//! function around them, as in CPython since 3.12.

use std::collections::{BTreeMap, BTreeSet};

type Names = BTreeSet<&'static str>;

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
    /// The code whose frame it uses.
    pub code: usize,
    pub bound: Names,
    pub globals: Names,
    pub nonlocals: Names,
    pub used: Names,
    /// Bound here and seen by a function inside, with the number of the cell once
    /// there is one.
    pub cells: BTreeMap<&'static str, Option<usize>>,
    /// Seen here and bound in a function around.
    pub free: Names,
    /// The slots of what is bound here.
    pub slots: BTreeMap<&'static str, usize>,
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
#[derive(Debug, Default)]
pub(super) struct Scopes(pub Vec<Scope>);

impl Scopes {
    pub fn add(&mut self, kind: ScopeKind, parent: Option<usize>, code: usize) -> usize {
        self.0.push(Scope {
            kind,
            parent,
            code,
            bound: Names::new(),
            globals: Names::new(),
            nonlocals: Names::new(),
            used: Names::new(),
            cells: BTreeMap::new(),
            free: Names::new(),
            slots: BTreeMap::new(),
        });
        self.0.len() - 1
    }

    /// The innermost scope around that is no comprehension.
    pub fn of_frame(&self, mut scope: usize) -> usize {
        while self.0[scope].kind == ScopeKind::Comprehension
            && let Some(parent) = self.0[scope].parent
        {
            scope = parent;
        }
        scope
    }

    /// What `name` means in a scope.
    pub fn meaning(&self, scope: usize, name: &str) -> Meaning {
        let mut at = scope;
        loop {
            let here = &self.0[at];
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

    /// Finds the variables that more than one function sees.
    pub fn resolve(&mut self) {
        for scope in 0..self.0.len() {
            let here = &self.0[scope];
            let names: Vec<_> = here.used.union(&here.nonlocals).copied().collect();
            for name in names {
                self.resolve_name(scope, name);
            }
        }
    }

    fn resolve_name(&mut self, scope: usize, name: &'static str) {
        let mut path = Vec::new();
        let mut at = scope;
        loop {
            let here = &self.0[at];
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
                path.push(at);
            }
            at = parent;
        }
        if !path.is_empty() {
            self.0[at].cells.insert(name, None);
            for scope in path {
                self.0[scope].free.insert(name);
            }
        }
    }
}
