//! Which tests are run: the rule, applied to every recorded test.

use super::Record;
use crate::script::{Interpreter, TestFile};
use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the rule has decided.
#[derive(Debug, Default, Serialize)]
pub struct Selection {
    /// The tests that can be expressed.
    #[serde(skip)]
    pub chosen: Vec<Record>,
    /// The others, with everything that they need and the driver does not have.
    pub left_out: BTreeMap<String, Vec<String>>,
}

impl Selection {
    /// How many tests each reason keeps out; most frequent first.
    pub fn reasons(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in self.left_out.values().flatten() {
            *counts.entry(reason).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().map(|(r, n)| (r.to_owned(), n)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    }
}

/// Applies the rule.
pub fn select(interpreter: &Interpreter, records: Vec<Record>) -> Result<Selection> {
    let builtins = interpreter.builtin_names();
    let mut files: BTreeMap<_, TestFile> = BTreeMap::new();
    let mut selection = Selection::default();
    for record in records {
        if !files.contains_key(&record.file) {
            let source = std::fs::read_to_string(&record.file)
                .with_context(|| format!("cannot read {}", record.file.display()))?;
            let name = record.file.display().to_string();
            let parsed = TestFile::parse(&source, &name).map_err(|error| anyhow!(error))?;
            files.insert(record.file.clone(), parsed);
        }
        let (class, test) = record.names();
        let mut reasons = files[&record.file].reasons(class, test, &builtins);
        if record.calls.iter().any(|call| call.binary.is_none()) {
            reasons.insert("a module that the compiler refuses".to_owned());
        }
        if record.calls.is_empty() {
            reasons.insert("no module: the test is about the tools".to_owned());
        }
        if reasons.is_empty() {
            selection.chosen.push(record);
        } else {
            let reasons = reasons.into_iter().collect();
            selection.left_out.insert(record.id, reasons);
        }
    }
    Ok(selection)
}
