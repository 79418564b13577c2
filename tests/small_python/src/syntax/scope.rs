//! Which variable a name means.
//!
//! The variables of a function lie in a record, its environment, which refers to the
//! environment around. A comprehension has one of its own, and so has the body of a class,
//! for `__class__` alone: its names are in a dict.

use super::unit::Place;

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
    /// What is bound here, by slot.
    pub bound: Vec<&'static str>,
    pub globals: Vec<&'static str>,
    pub nonlocals: Vec<&'static str>,
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
            bound: Vec::new(),
            globals: Vec::new(),
            nonlocals: Vec::new(),
        });
        self.0.len() - 1
    }

    pub fn bind(&mut self, scope: usize, name: &'static str) {
        let bound = &mut self.0[scope].bound;
        if !bound.contains(&name) {
            bound.push(name);
        }
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

    /// Where a variable is, seen from a scope.
    pub fn place(&self, scope: usize, name: &'static str) -> Place {
        let mut at = scope;
        let mut depth = 0;
        loop {
            let here = &self.0[at];
            let slot = here.bound.iter().position(|bound| *bound == name);
            let slot = slot.filter(|_| !here.nonlocals.contains(&name));
            match (here.kind, slot) {
                _ if here.globals.contains(&name) => return Place::Global(name),
                (ScopeKind::Class, Some(_)) if at == scope => return Place::Name(name),
                (ScopeKind::Class, Some(_)) if name != "__class__" => {}
                (ScopeKind::Module, _) | (_, None) => {}
                (_, Some(slot)) => return Place::Variable { name, depth, slot },
            }
            match here.parent {
                Some(parent) => at = parent,
                // The namespace of a module is its globals.
                None if matches!(self.0[scope].kind, ScopeKind::Module | ScopeKind::Class) => {
                    return Place::Name(name);
                }
                None => return Place::Global(name),
            }
            depth += 1;
        }
    }
}
