//! The verification's step: run the suite, hold it against the list.

use super::hybrid::hybrid;
use super::{Accepted, Conformance, Suite};
use crate::{Outcome, Python, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::Step;

/// The values of `hpy_abi` that are run. `cpython` cannot apply, which is CPython's own ABI.
/// Those with `hybrid` need its headers: see [`hybrid`].
const MODES: &[&str] = &["universal", "debug", "none"];

/// How many tests CPython passes with each value, and without the parameter.
/// Here all of them have to pass as well.
const TESTS: &[(&str, usize)] = &[("universal", 292), ("debug", 288), ("none", 39)];

/// Runs the suite on CPython, where every test is known to pass: what fails
/// there is a fault of the runner or the machine.
pub fn reference(verification: &Verification) -> Result<Outcome> {
    all_of_it(verification, &verification.cpython()?, MODES)
}

/// Runs the suite on `hpyvm` over binaries that CPython's own HPy toolchain has
/// built: the other direction of [`step`], where `hpyvm` builds them itself.
pub fn from_cpython(verification: &Verification) -> Result<Outcome> {
    let compiler = verification.cpython()?;
    let python = verification.hpyvm()?.with_variable(
        "hpyvm over binaries of CPython",
        "HPYVM_SUITE_COMPILER",
        compiler.program(),
    );
    all_of_it(verification, &python, &["universal"])
}

/// Runs the modes, where every test has to pass.
fn all_of_it(verification: &Verification, python: &Python, modes: &[&str]) -> Result<Outcome> {
    let run = run(verification, python, modes)?;
    let mut outcome = Outcome::passed(0, summary(&run));
    for test in &run.tests {
        outcome.check(match test.passed() {
            true => Ok(()),
            false => Err(anyhow::anyhow!("{}: {}", test.id, test.message)),
        });
    }
    if verification.options.files.is_empty() {
        expect_counts(&run, modes, &mut outcome);
    }
    Ok(outcome)
}

/// Runs the suite on `hpyvm`: with binaries that `hpyvm` has built, and with hybrid ones.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut outcome = universal(verification)?;
    let hybrid = hybrid(verification)?;
    outcome.passed += hybrid.passed;
    outcome.failures.extend(hybrid.failures);
    outcome.summary = format!("{}; {}", outcome.summary, hybrid.summary);
    Ok(outcome)
}

fn universal(verification: &Verification) -> Result<Outcome> {
    let whole = verification.options.files.is_empty();
    let run = run(verification, &verification.hpyvm()?, MODES)?;
    let project = &verification.project;
    let list = project.root().join("tests/conformance/passing.txt");
    let mut accepted = Accepted::read(&list)?;
    let comparison = accepted.compare(&run);

    let mut outcome = Outcome {
        passed: run.tests.iter().filter(|test| test.passed()).count(),
        failures: Vec::new(),
        summary: summary(&run),
    };
    if whole {
        run.write(&project.target().join("conformance.json"))?;
        let lost = comparison.lost.iter();
        let lost = lost.map(|(id, why)| format!("{id} passed before: {why}"));
        outcome.failures.extend(lost);
        expect_counts(&run, MODES, &mut outcome);
    } else {
        let lost = run.tests.iter().filter(|test| !test.passed());
        let lost = lost.map(|test| format!("{}: {}: {}", test.id, test.outcome, test.message));
        outcome.failures.extend(lost);
    }

    for id in &comparison.gained {
        eprintln!("  passes now: {id}");
    }
    if verification.options.accept {
        ensure!(whole, "--accept is for a run of all files");
        accepted.extend(&comparison.gained)?;
    } else if !comparison.gained.is_empty() {
        let count = comparison.gained.len();
        eprintln!("  {count} tests pass that are not on the list; --accept adds them");
    }
    Ok(outcome)
}

pub(super) fn run(
    verification: &Verification,
    python: &Python,
    modes: &[&str],
) -> Result<Conformance> {
    let mut suite = Suite::lay_out(&verification.project, verification.sdist()?)?;
    if !verification.options.files.is_empty() {
        suite.only_files(&verification.options.files)?;
    }
    let mut step = Step::start(format!("HPy's suite on {}", python.name()));
    let run = suite.run(python, modes, &mut step)?;
    step.done(summary(&run));
    Ok(run)
}

pub(super) fn summary(run: &Conformance) -> String {
    let mut parts = Vec::new();
    for mode in run.modes.keys() {
        let tally = run.tally(mode);
        let total = tally.passed + tally.failed + tally.skipped;
        if total != 0 {
            parts.push(format!("{mode} {} of {total}", tally.passed));
        }
    }
    let deselected: usize = run.modes.values().map(|tally| tally.deselected).sum();
    parts.push(format!("{deselected} of other modes deselected"));
    let seconds = run.seconds;
    parts.push(format!(
        "{:.0} s in tests, {:.0} s of them compilers",
        seconds.tests, seconds.compilers
    ));
    parts.join(", ")
}

fn expect_counts(run: &Conformance, modes: &[&str], outcome: &mut Outcome) {
    for (mode, wanted) in TESTS.iter().filter(|(mode, _)| modes.contains(mode)) {
        let passed = run.tally(mode).passed;
        outcome.check(match passed == *wanted {
            true => Ok(()),
            false => Err(anyhow::anyhow!(
                "{passed} tests passed in the mode {mode}, {wanted} are required"
            )),
        });
    }
}
