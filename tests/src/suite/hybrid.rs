//! HPy's suite with hybrid modules, which are part HPy and part CPython's own API.
//!
//! Their sources include `Python.h`, so CPython compiles them. What does not pass yet is
//! listed, each test with its reason, in `tests/conformance/hybrid.txt`.

use super::step::{run, summary};
use crate::left_out::{Ended, LeftOut};
use crate::{Outcome, Verification};
use anyhow::Result;

/// The values of `hpy_abi`.
const MODES: &[&str] = &["hybrid", "hybrid+debug"];

/// How many tests pass with each value, of those that CPython passes.
const PASSING: &[(&str, usize, usize)] = &[("hybrid", 64, 75), ("hybrid+debug", 63, 74)];

const LEFT_OUT: &str = "tests/conformance/hybrid.txt";

/// Runs them on `hpyvm`.
pub fn hybrid(verification: &Verification) -> Result<Outcome> {
    let list = LeftOut::read(verification, LEFT_OUT)?;
    let compiler = verification.cpython()?;
    let python = verification.hpyvm()?.with_variable(
        "hpyvm, hybrid modules",
        "HPYVM_SUITE_COMPILER",
        compiler.program(),
    );
    let run = run(verification, &python, MODES)?;
    let tests = run.tests.iter().map(|test| Ended {
        id: &test.id,
        outcome: &test.outcome,
        message: &test.message,
    });
    let whole = verification.options.files.is_empty();
    let mut outcome = Outcome {
        passed: run.tests.iter().filter(|test| test.passed()).count(),
        failures: list.against(tests, whole),
        summary: summary(&run),
    };
    for (mode, passing, all) in PASSING.iter().filter(|_| whole) {
        let tally = run.tally(mode);
        let of = tally.passed + tally.failed + tally.skipped;
        outcome.check(match (tally.passed, of) == (*passing, *all) {
            true => Ok(()),
            false => Err(anyhow::anyhow!(
                "{} of {of} tests passed in the mode {mode}, {passing} of {all} are required",
                tally.passed
            )),
        });
    }
    Ok(outcome)
}
