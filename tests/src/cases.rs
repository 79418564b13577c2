//! Python scripts that try one case after the other and say how each went.
//!
//! A script prints `begin NAME` before a case, `ok NAME` or `FAILED NAME REASON`
//! after it, and `done` at its end. So if the VM dies, it is known in which case.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, anyhow, bail, ensure};
use hpyvm_examples::{Extension, Job};
use std::time::Duration;

/// A script of `tests/python` with the C module of `tests/modules` that it uses.
#[derive(Debug, Clone, Copy)]
pub struct Cases {
    /// The script, without `.py`.
    pub script: &'static str,
    /// The C module.
    pub module: &'static str,
    /// How long all cases may take.
    pub limit: Duration,
}

impl Cases {
    /// Runs the script with one argument.
    pub fn run(&self, verification: &Verification, python: Python, mode: &str) -> Result<Outcome> {
        let tests = verification.project.root().join("tests");
        let source = tests.join("modules").join(self.module).with_extension("c");
        let built = Extension::files(self.module, [source])
            .build(&verification.project, &verification.toolchain()?)?;
        let what = format!("{}.py on {}", self.script, python.name());
        let mut command = python.with_directory(&built.directory).command()?;
        let script = tests.join("python").join(self.script);
        command.arg(script.with_extension("py")).arg(mode);
        let finished = Job::new(command).limit(self.limit).run()?;
        let outcome = read(&finished.text()).with_context(|| finished.failure());
        let outcome = outcome.with_context(|| what.clone())?;
        ensure!(finished.success(), "{what}: {}", finished.failure());
        Ok(outcome)
    }

    /// Runs all cases on `python`, and on CPython those that it has: an expectation
    /// that is not true there would be an invention of ours.
    pub fn compare(&self, verification: &Verification, python: Python) -> Result<Outcome> {
        let mut outcome = self.run(verification, python, "all")?;
        let reference = self.run(verification, verification.cpython()?, "reference")?;
        outcome.summary = format!(
            "{}, {} of them as on CPython",
            outcome.summary, reference.passed
        );
        outcome.passed += reference.passed;
        outcome.failures.extend(reference.failures);
        Ok(outcome)
    }
}

/// Reads what a script has printed.
pub fn read(text: &str) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut begun = None;
    for line in text.lines() {
        let (verdict, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verdict {
            "begin" => begun = Some(rest),
            "ok" => outcome.check(Ok(())),
            "FAILED" => outcome.check(Err(anyhow!("{rest}"))),
            "done" => {
                outcome.summary = format!("{} cases", outcome.passed + outcome.failures.len());
                return Ok(outcome);
            }
            _ => {}
        }
    }
    bail!("it did not live through: {}", begun.unwrap_or("its start"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_counts() {
        let outcome = read("begin a\nok a\nbegin b\nFAILED b gives 1, not 2\ndone\n").unwrap();
        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failures, ["b gives 1, not 2"]);
        assert_eq!(outcome.summary, "2 cases");
    }

    #[test]
    fn a_crash_names_the_case() {
        let error = read("begin a\nok a\nbegin b\n").unwrap_err();
        assert!(error.to_string().ends_with("through: b"));
        assert!(read("").is_err());
    }
}
