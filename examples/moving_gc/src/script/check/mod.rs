//! The rule that decides whether the driver can express a test.
//!
//! A test function is in if everything that it can reach is: the constructs of
//! its own body and of the helpers that it calls, every name, every module and
//! what is taken from it, its fixtures. Nothing is run for that, and no test is
//! named anywhere: what a test needs decides. What stands under
//! `if self.supports_refcounts():` does not count, since the answer is no.

mod imports;
mod walk;

use super::library;
use super::tree::{
    Code, CodeId, Constant, Expr, ExprKind, Kind, Place, Stmt, StmtKind, Target, Unit,
};
use imports::{Origin, imported};
use std::collections::{BTreeMap, BTreeSet};
use walk::{Node, walk};

/// Why a test is out, in words: empty if it is in.
pub type Reasons = BTreeSet<String>;

/// The names that a module defines.
pub(super) fn bound_names(unit: &Unit) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let module = &unit.codes[0];
    walk(&module.body, &mut |node| {
        if let Node::Target(Target::Place(place)) = node {
            names.insert(name_of(unit, module, *place));
        }
        if let Node::Stmt(Stmt {
            kind: StmtKind::Class(class),
            ..
        }) = node
            && let Target::Place(place) = &class.place
        {
            names.insert(name_of(unit, module, *place));
        }
    });
    names
}

fn name_of(unit: &Unit, code: &Code, place: Place) -> String {
    match place {
        Place::Local(slot) => code.locals[slot].clone(),
        Place::Cell(index) => match code.free.get(index) {
            Some(free) => free.name.clone(),
            None => code.cells[index - code.free.len()].name.clone(),
        },
        Place::Name(id) | Place::NameOrCell(id, _) | Place::Global(id) => text(unit, id),
    }
}

fn text(unit: &Unit, id: usize) -> String {
    match &unit.constants[id] {
        Constant::Str(text) => text.clone(),
        _ => String::new(),
    }
}

/// A file of tests under the rule.
pub struct Checker<'a> {
    unit: &'a Unit,
    builtins: &'a BTreeSet<String>,
    /// What the module-level names mean.
    functions: BTreeMap<String, CodeId>,
    classes: BTreeMap<String, ClassInfo>,
    /// Names at module level that an import has bound, and to what.
    imports: BTreeMap<String, Origin>,
    bound: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct ClassInfo {
    code: CodeId,
    bases: Vec<String>,
}

impl<'a> Checker<'a> {
    /// For a file, and the names of all builtins.
    pub fn new(unit: &'a Unit, builtins: &'a BTreeSet<String>) -> Self {
        let mut checker = Self {
            unit,
            builtins,
            functions: BTreeMap::new(),
            classes: BTreeMap::new(),
            imports: BTreeMap::new(),
            bound: bound_names(unit),
        };
        let module = &unit.codes[0];
        checker.imports = imported(unit, module);
        for stmt in &module.body {
            match &stmt.kind {
                StmtKind::Class(class) => {
                    let bases = class.bases.iter().filter_map(|base| match base {
                        super::tree::Element::One(Expr {
                            kind: ExprKind::Load(place),
                            ..
                        }) => Some(name_of(unit, module, *place)),
                        _ => None,
                    });
                    let info = ClassInfo {
                        code: class.code,
                        bases: bases.collect(),
                    };
                    checker.classes.insert(text(unit, class.name), info);
                }
                StmtKind::Assign(
                    targets,
                    Expr {
                        kind: ExprKind::Function(function),
                        ..
                    },
                ) => {
                    if let [Target::Place(place)] = &targets[..] {
                        let name = name_of(unit, module, *place);
                        checker.functions.insert(name, function.code);
                    }
                }
                _ => {}
            }
        }
        checker
    }

    /// Why `class.test`, or the function `test` without a class, is out.
    pub fn test(&self, class: Option<&str>, test: &str) -> Reasons {
        let mut reasons = Reasons::new();
        let code = match class {
            Some(class) => self.method(class, test),
            None => self.functions.get(test).copied(),
        };
        let Some(code) = code else {
            reasons.insert("a test inherited from another file".to_owned());
            return reasons;
        };
        let receivers = usize::from(class.is_some());
        for parameter in self.unit.codes[code]
            .parameters
            .positional
            .iter()
            .skip(receivers)
        {
            reasons.insert(format!("fixture {}", parameter.name));
        }
        let mut seen = BTreeSet::new();
        self.code(code, class, &BTreeMap::new(), &mut seen, &mut reasons);
        reasons
    }

    /// The code of a method, of the class or of a base in the same file.
    fn method(&self, class: &str, name: &str) -> Option<CodeId> {
        let info = self.classes.get(class)?;
        let code = &self.unit.codes[info.code];
        let own = code.body.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Assign(
                targets,
                Expr {
                    kind: ExprKind::Function(function),
                    ..
                },
            ) => {
                let [Target::Place(place)] = &targets[..] else {
                    return None;
                };
                (name_of(self.unit, code, *place) == name).then_some(function.code)
            }
            _ => None,
        });
        own.or_else(|| info.bases.iter().find_map(|base| self.method(base, name)))
    }

    /// Whether a class attribute that is no method has this name.
    fn class_attribute(&self, class: &str, name: &str) -> bool {
        let Some(info) = self.classes.get(class) else {
            return false;
        };
        let code = &self.unit.codes[info.code];
        let mut found = false;
        for stmt in &code.body {
            if let StmtKind::Assign(targets, _) = &stmt.kind {
                found |= targets.iter().any(|target| {
                    matches!(target, Target::Place(place) if name_of(self.unit, code, *place) == name)
                });
            }
        }
        found
            || info
                .bases
                .iter()
                .any(|base| self.class_attribute(base, name))
    }

    fn code(
        &self,
        id: CodeId,
        class: Option<&str>,
        outer: &BTreeMap<String, Origin>,
        seen: &mut BTreeSet<CodeId>,
        reasons: &mut Reasons,
    ) {
        if !seen.insert(id) {
            return;
        }
        let code = &self.unit.codes[id];
        reasons.extend(
            code.unsupported
                .iter()
                .map(|reason| reason.construct.clone()),
        );
        let mut aliases = outer.clone();
        aliases.extend(imported(self.unit, code));
        reasons.extend(
            imported(self.unit, code)
                .values()
                .filter_map(Origin::missing),
        );
        // `self` of the test itself; methods of classes inside have their own.
        let receiver = code
            .parameters
            .positional
            .first()
            .map(|first| first.name.as_str());
        let receiver = receiver.filter(|_| code.kind == Kind::Function && class.is_some());
        let mut inner = Vec::new();
        walk(&code.body, &mut |node| match node {
            Node::Stmt(Stmt {
                kind: StmtKind::Class(node),
                ..
            }) => inner.push((node.code, false)),
            Node::Expr(Expr { kind, .. }) => match kind {
                ExprKind::Function(function) => inner.push((function.code, true)),
                ExprKind::Load(place) => self.name(code, *place, &aliases, seen, reasons),
                ExprKind::Attribute(object, name) => {
                    let ExprKind::Load(place) = &object.kind else {
                        return;
                    };
                    let object = name_of(self.unit, code, *place);
                    let name = text(self.unit, *name);
                    let origin = aliases.get(&object).or_else(|| self.imports.get(&object));
                    if let Some(Origin {
                        module,
                        attribute: None,
                    }) = origin
                    {
                        let attribute = Some(name);
                        let module = module.clone();
                        reasons.extend(Origin { module, attribute }.missing());
                    } else if let (Some(class), true) = (class, receiver == Some(&*object)) {
                        self.helper(class, &name, seen, reasons);
                    }
                }
                _ => {}
            },
            _ => {}
        });
        for (id, function) in inner {
            // A nested function sees the test's own `self` as a free variable.
            let captures = receiver.is_some_and(|receiver| {
                self.unit.codes[id]
                    .free
                    .iter()
                    .any(|free| free.name == receiver)
            });
            self.code(
                id,
                class.filter(|_| function && captures),
                &aliases,
                seen,
                reasons,
            );
        }
    }

    /// A name that a body uses.
    fn name(
        &self,
        code: &Code,
        place: Place,
        aliases: &BTreeMap<String, Origin>,
        seen: &mut BTreeSet<CodeId>,
        reasons: &mut Reasons,
    ) {
        let (Place::Global(id) | Place::Name(id)) = place else {
            return;
        };
        let name = text(self.unit, id);
        if code.kind == Kind::Class && bound_in(self.unit, code, &name)
            || aliases.contains_key(&name)
        {
            return;
        }
        if let Some(origin) = self.imports.get(&name) {
            reasons.extend(origin.missing());
        } else if let Some(&function) = self.functions.get(&name) {
            self.code(function, None, &BTreeMap::new(), seen, reasons);
        } else if !self.bound.contains(&name) && !self.builtins.contains(&name) {
            reasons.insert(format!("builtin {name}"));
        }
    }

    /// `self.name` in a method of a test class.
    fn helper(&self, class: &str, name: &str, seen: &mut BTreeSet<CodeId>, reasons: &mut Reasons) {
        if let Some(method) = self.method(class, name) {
            self.code(method, Some(class), &BTreeMap::new(), seen, reasons);
        } else if !self.class_attribute(class, name) && !support_methods().contains(name) {
            reasons.insert(format!("self.{name}"));
        }
    }
}

/// The names that a body binds directly.
fn bound_in(unit: &Unit, code: &Code, name: &str) -> bool {
    let mut found = false;
    walk(&code.body, &mut |node| {
        if let Node::Target(Target::Place(place)) = node {
            found |= name_of(unit, code, *place) == name;
        }
    });
    found
}

/// What the base class of all tests gives them.
fn support_methods() -> BTreeSet<String> {
    let Some((file, source)) = library::find("test.support") else {
        return BTreeSet::new();
    };
    let Ok(unit) = super::lower::lower(source, file) else {
        return BTreeSet::new();
    };
    let class = unit
        .codes
        .iter()
        .find(|code| code.kind == Kind::Class && code.name == "HPyTest");
    let mut names = BTreeSet::new();
    if let Some(class) = class {
        walk(&class.body, &mut |node| {
            if let Node::Target(Target::Place(place)) = node {
                names.insert(name_of(&unit, class, *place));
            }
        });
    }
    names
}
