//! HPy's proof of concept: C and C++ modules, one of each in a package, built
//! by CPython and tested by upstream's own test file under `hpyvm -m pytest`.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Extension, Job, Step};
use std::time::Duration;

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    run(verification, verification.hpyvm()?)
}

/// The tests on `python`.
pub fn run(verification: &Verification, python: Python) -> Result<Outcome> {
    let what = format!("test_pof.py on {}", python.name());
    let source = verification.sdist()?.root().join("proof-of-concept");
    let tests = std::fs::read_to_string(source.join("test_pof.py"))
        .context("the sdist has no proof-of-concept/test_pof.py")?;
    let expected = tests
        .lines()
        .filter(|line| line.starts_with("def test_"))
        .count();
    ensure!(expected > 0, "test_pof.py has no test");

    let toolchain = verification.toolchain()?;
    let built = Extension::directory("proof-of-concept", source)
        .build(&verification.project, &toolchain)?;
    let python = python.with_directory(&built.directory);
    let mut command = python.command()?;
    command
        .args(["-m", "pytest", "-v", "-p", "no:cacheprovider", "--rootdir"])
        .arg(&built.directory)
        .arg(built.directory.join("test_pof.py"))
        .current_dir(&built.directory);
    let step = Step::start(&what);
    let finished = Job::new(command)
        .limit(Duration::from_secs(300))
        .check(&what)?;
    let text = finished.text();
    let passed = text
        .lines()
        .filter(|line| line.contains(" PASSED "))
        .count();
    ensure!(
        passed == expected,
        "{passed} of {expected} tests of test_pof.py passed:\n{text}"
    );
    let summary = format!("{passed} tests over {} binaries", built.modules.len());
    step.done(&summary);
    Ok(Outcome::passed(passed, summary))
}
