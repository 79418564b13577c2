//! Lists of tests that are left out, each with its reason. They may only shrink.

use crate::Verification;
use anyhow::{Context, Result, ensure};

/// A list, one `test: reason` a line.
#[derive(Debug)]
pub struct LeftOut {
    /// Where it is, from the root of the project.
    file: &'static str,
    ids: Vec<String>,
}

/// How one test ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// pytest's node id.
    pub id: &'a str,
    /// "passed", or something else.
    pub outcome: &'a str,
    /// Why it did not pass.
    pub message: &'a str,
}

impl LeftOut {
    /// Reads the list in a file, whose path is from the root of the project.
    ///
    /// # Errors
    ///
    /// For a line without a reason.
    pub fn read(verification: &Verification, file: &'static str) -> Result<Self> {
        let path = verification.project.root().join(file);
        let text = std::fs::read_to_string(&path);
        Self::parse(file, &text.with_context(|| format!("cannot read {file}"))?)
    }

    fn parse(file: &'static str, text: &str) -> Result<Self> {
        let mut ids = Vec::new();
        for line in text.lines() {
            let entry = line.split_once(": ");
            let (id, reason) = entry.with_context(|| format!("{file}: no reason in: {line}"))?;
            ensure!(!reason.trim().is_empty(), "{file}: no reason in: {line}");
            ids.push(id.to_owned());
        }
        Ok(Self { file, ids })
    }

    /// Holds a run against the list: every test either passes or is on it, and nothing
    /// else is on it. Whether the run was of the `whole` suite decides if a line may speak of
    /// a test that did not run.
    pub fn against<'a>(
        &self,
        tests: impl Iterator<Item = Ended<'a>> + Clone,
        whole: bool,
    ) -> Vec<String> {
        let file = self.file;
        let mut failures = Vec::new();
        for Ended {
            id,
            outcome,
            message,
        } in tests.clone()
        {
            let is_listed = self.ids.iter().any(|listed| listed == id);
            match (outcome == "passed", is_listed) {
                (true, false) | (false, true) => {}
                (true, true) => failures.push(format!("{id} passes: remove its line from {file}")),
                (false, false) => failures.push(format!("{id}: {outcome}: {message}")),
            }
        }
        for id in &self.ids {
            if whole && !tests.clone().any(|test| test.id == id) {
                failures.push(format!("{id} is no test: remove its line from {file}"));
            }
        }
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended<'a>(id: &'a str, outcome: &'a str) -> Ended<'a> {
        Ended {
            id,
            outcome,
            message: "why",
        }
    }

    #[test]
    fn every_test_passes_or_is_listed() {
        let tests = [
            ended("t::a[debug]", "passed"),
            ended("t::b[debug]", "failed"),
        ];
        let check = |list, whole| {
            let list = LeftOut::parse("list.txt", list).unwrap();
            list.against(tests.into_iter(), whole)
        };
        assert!(check("t::b[debug]: it needs yield\n", true).is_empty());
        assert_eq!(check("", true), ["t::b[debug]: failed: why"]);
        let both = "t::a[debug]: no more\nt::b[debug]: it needs yield\n";
        let remove = "t::a[debug] passes: remove its line from list.txt";
        assert_eq!(check(both, true), [remove]);
        let gone = "t::b[debug]: it needs yield\nt::c[debug]: gone\n";
        let remove = "t::c[debug] is no test: remove its line from list.txt";
        assert_eq!(check(gone, true), [remove]);
        assert!(check(gone, false).is_empty());
    }

    #[test]
    fn a_line_without_a_reason_is_an_error() {
        assert!(LeftOut::parse("list.txt", "t::a[debug]\n").is_err());
        assert!(LeftOut::parse("list.txt", "t::a[debug]: \n").is_err());
    }
}
