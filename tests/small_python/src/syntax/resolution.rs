//! From names to places, once all scopes are known.

use super::scope::{Meaning, ScopeKind};
use super::table::Table;
use super::unit::{Kind, Place, Unit};

impl Table {
    /// The unit, with all names resolved.
    pub fn resolved(mut self) -> Unit {
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
