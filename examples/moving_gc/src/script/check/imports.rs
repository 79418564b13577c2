//! Where imported names come from.

use super::walk::{Node, walk};
use super::{library, name_of};
use crate::script::tree::{Code, Import, Imported, Stmt, StmtKind, Target, Unit};
use std::collections::BTreeMap;

/// Where an imported name comes from: the module, and what of it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub module: String,
    pub attribute: Option<String>,
}

impl Origin {
    /// Why it cannot be had.
    pub fn missing(&self) -> Option<String> {
        let Some(exports) = library::exports(&self.module) else {
            return Some(format!("module {}", self.module));
        };
        match &self.attribute {
            Some(name) if !exports.contains(name) => Some(format!("{}.{name}", self.module)),
            _ => None,
        }
    }
}

/// The full name of an imported module; the files are in the package `test`.
fn absolute(import: &Import) -> String {
    match (import.level, &*import.module) {
        (0, module) => module.to_owned(),
        (_, "") => "test".to_owned(),
        (_, module) => format!("test.{module}"),
    }
}

/// What the import statements of a body bind.
pub(super) fn imported(unit: &Unit, code: &Code) -> BTreeMap<String, Origin> {
    let mut found = BTreeMap::new();
    walk(&code.body, &mut |node| {
        let Node::Stmt(Stmt {
            kind: StmtKind::Import(list),
            ..
        }) = node
        else {
            return;
        };
        for import in list {
            let module = absolute(import);
            let mut add = |target: &Target, attribute: Option<String>, module: &str| {
                if let Target::Place(place) = target {
                    let module = module.to_owned();
                    let origin = Origin { module, attribute };
                    found.insert(name_of(unit, code, *place), origin);
                }
            };
            match &import.names {
                Imported::Module { place, .. } => add(place, None, &module),
                Imported::Names(names) => {
                    for (name, target) in names {
                        add(target, Some(name.clone()), &module);
                    }
                }
            }
        }
    });
    found
}
