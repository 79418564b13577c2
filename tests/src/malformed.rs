//! Files that are no HPy universal modules: each an exception, none a crash.
//!
//! `tests/python/malformed.py` makes the files and imports them, all in one
//! process, since what is at stake is that the process goes on.

use crate::{Outcome, Verification};
use anyhow::{Context, Result, anyhow, ensure};
use hpyvm_examples::{Abi, Extension, Job, Step};
use std::path::PathBuf;
use std::time::Duration;

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let tests = verification.project.root().join("tests");
    let directory = tempfile::tempdir().context("no temporary directory")?;
    let mut command = verification.hpyvm()?.command()?;
    command
        .arg(tests.join("python/malformed.py"))
        .arg(directory.path())
        .arg(build(verification, "hpyfunc_signatures", Abi::Universal)?)
        .arg(build(verification, "malformed_inits", Abi::Universal)?)
        .arg(build(verification, "malformed_hybrid", Abi::Hybrid)?)
        .arg(build(verification, "hpyfunc_signatures", Abi::Cpython)?);
    let step = Step::start("importing malformed binaries");
    let finished = Job::new(command).limit(Duration::from_secs(300)).run()?;
    let outcome = read(&finished.text());
    let outcome = outcome.with_context(|| finished.failure())?;
    ensure!(finished.success(), finished.failure());
    step.done(&outcome.summary);
    Ok(outcome)
}

/// A module of `tests/modules`, built for an ABI.
fn build(verification: &Verification, module: &str, abi: Abi) -> Result<PathBuf> {
    let source = verification.project.root().join("tests/modules");
    let source = source.join(module).with_extension("c");
    let built = Extension::files(module, [source])
        .abi(abi)
        .build(&verification.project, &verification.toolchain()?)?;
    Ok(built.module(module)?.binary.clone())
}

/// Reads the script's lines: two a case, and one at the end.
fn read(text: &str) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut begun = None;
    let mut complete = false;
    for line in text.lines() {
        let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some(case) = rest.strip_prefix("case ") {
            begun = Some(case);
        } else if rest.starts_with("ok ") {
            outcome.check(Ok(()));
        } else if rest.starts_with("FAILED ") {
            let case = begun.unwrap_or_default();
            outcome.check(Err(anyhow!("{case}: {rest}")));
        } else if number == "all" {
            let cases = outcome.passed + outcome.failures.len();
            complete = rest == format!("{cases} done");
        }
    }
    ensure!(
        complete,
        "the VM did not live to the end; the last case was: {}",
        begun.unwrap_or("none")
    );
    outcome.summary = format!("{} imports", outcome.passed + outcome.failures.len());
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_counts() {
        let text = "1 case load a\n1 ok RuntimeError a: x\n2 case load b\n\
                    2 FAILED (nothing is raised) NoneType None\nall 2 done\n";
        let outcome = read(text).unwrap();
        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failures.len(), 1);
        assert!(outcome.failures[0].starts_with("load b: FAILED (nothing"));
    }

    #[test]
    fn a_crash_names_the_case() {
        let error = read("1 case load a\n1 ok x\n2 case import b\n").unwrap_err();
        assert!(error.to_string().contains("import b"));
        assert!(read("").is_err());
    }
}
