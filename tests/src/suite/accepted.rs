//! The committed list of the tests that pass: it only grows.

use super::conformance::Conformance;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The list, `tests/conformance/passing.txt`: one node id a line, sorted.
#[derive(Debug)]
pub struct Accepted {
    path: PathBuf,
    ids: BTreeSet<String>,
}

/// A run held against the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// On the list and not passing now, with what happened instead.
    pub lost: BTreeMap<String, String>,
    /// Passing and not on the list yet.
    pub gained: BTreeSet<String>,
}

impl Accepted {
    /// Reads the list.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let lines = text.lines().map(str::trim);
        let ids = lines.filter(|line| !line.is_empty()).map(str::to_owned);
        Ok(Self {
            path: path.to_owned(),
            ids: ids.collect(),
        })
    }

    /// How many tests are on the list.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing has been accepted yet.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Holds a run against the list. A test that did not run is lost as well.
    pub fn compare(&self, run: &Conformance) -> Comparison {
        let mut lost: BTreeMap<String, String> = self
            .ids
            .iter()
            .map(|id| (id.clone(), "it did not run".to_owned()))
            .collect();
        let mut gained = BTreeSet::new();
        for test in &run.tests {
            if test.passed() {
                if lost.remove(&test.id).is_none() {
                    gained.insert(test.id.clone());
                }
            } else if let Some(what) = lost.get_mut(&test.id) {
                *what = format!("{}: {}", test.outcome, test.message);
            }
        }
        Comparison { lost, gained }
    }

    /// Adds tests to the list.
    pub fn extend(&mut self, ids: &BTreeSet<String>) -> Result<()> {
        self.ids.extend(ids.iter().cloned());
        let mut text = String::new();
        for id in &self.ids {
            text.push_str(id);
            text.push('\n');
        }
        std::fs::write(&self.path, text)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::Test;
    use super::*;

    fn run(tests: &[(&str, &str)]) -> Conformance {
        let mut run = Conformance::new("0.9.0", "test");
        for (id, outcome) in tests {
            run.tests.push(Test {
                id: (*id).to_owned(),
                mode: "universal".to_owned(),
                outcome: (*outcome).to_owned(),
                seconds: 0.0,
                child_seconds: 0.0,
                message: "why".to_owned(),
            });
        }
        run
    }

    #[test]
    fn losses_and_gains_are_told_apart() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a\nb\nc\n").unwrap();
        let mut accepted = Accepted::read(file.path()).unwrap();
        let run = run(&[
            ("a", "passed"),
            ("b", "crashed"),
            ("d", "passed"),
            ("e", "failed"),
        ]);
        let comparison = accepted.compare(&run);
        let lost: Vec<_> = comparison
            .lost
            .iter()
            .map(|(id, why)| (&**id, &**why))
            .collect();
        assert_eq!(lost, [("b", "crashed: why"), ("c", "it did not run")]);
        assert_eq!(comparison.gained, BTreeSet::from(["d".to_owned()]));

        // Growing only: what is lost now stays on the list.
        accepted.extend(&comparison.gained).unwrap();
        assert_eq!(
            std::fs::read_to_string(file.path()).unwrap(),
            "a\nb\nc\nd\n"
        );
        assert_eq!(Accepted::read(file.path()).unwrap().len(), 4);
    }
}
