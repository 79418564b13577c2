//! The VM whose collector moves every object: HPy's suite on it.
//!
//! CPython runs the suite first, with a plugin that writes down what each test
//! compiles (`tests/python/hpyvm_recorder.py`). Then `moving-suite` runs the same
//! tests over the same binaries, a collection at every allocation: those with the
//! parameter `universal` and, under the leak detector, those with `debug`. The small
//! Python that runs them has not all of Python: `tests/conformance/moving.txt` lists
//! the tests that are left out, each with its reason. The list may only shrink.

use crate::suite::Suite;
use crate::{Outcome, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Job, Step, build_moving};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The tests that are left out.
const LEFT_OUT: &str = "tests/conformance/moving.txt";

/// How many tests of each parameter have to pass at least, and how many modules they
/// have to load.
const LEAST: [(&str, usize); 2] = [("[universal", 265), ("[debug", 265)];
const LEAST_MODULES: usize = 624;

/// All tests together, on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What `moving-suite --json` writes.
#[derive(Debug, Deserialize)]
struct Report {
    tests: Vec<MovingTest>,
}

#[derive(Debug, Deserialize)]
struct MovingTest {
    id: String,
    outcome: String,
    message: String,
    modules: usize,
    moves: u64,
}

impl MovingTest {
    fn passed(&self) -> bool {
        self.outcome == "passed"
    }
}

/// The verification's step: HPy's suite in zeal mode.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let records = record(verification)?;
    let report = run(verification, &records)?;
    let list = verification.project.root().join(LEFT_OUT);
    let list = std::fs::read_to_string(&list)
        .with_context(|| format!("cannot read {}", list.display()))?;
    let whole = verification.options.files.is_empty();
    let mut outcome = Outcome {
        failures: against_list(&list, &report.tests, whole)?,
        ..Outcome::default()
    };
    let passed = || report.tests.iter().filter(|test| test.passed());
    let modules: usize = passed().map(|test| test.modules).sum();
    let moves: u64 = passed().map(|test| test.moves).sum();
    outcome.passed = passed().count();
    outcome.summary = format!(
        "{} of {} tests over {modules} modules, the others are left out in {LEFT_OUT}; \
         {moves} moves",
        outcome.passed,
        report.tests.len(),
    );
    if whole {
        let parameters = LEAST.iter().map(|(parameter, least)| {
            let count = passed().filter(|test| test.id.contains(parameter)).count();
            (format!("tests with {parameter}...]"), count, *least)
        });
        let modules = ("modules".to_owned(), modules, LEAST_MODULES);
        for (what, count, least) in parameters.chain([modules]) {
            if count < least {
                let text = format!("{count} {what} ran, {least} are required");
                outcome.failures.push(text);
            }
        }
    }
    Ok(outcome)
}

/// Holds a run against the list of what is left out, one `test: reason` a line: every
/// test either passes or is on it, and nothing else is on it. Whether the run was of
/// the `whole` suite decides if a line may speak of a test that did not run.
fn against_list(list: &str, tests: &[MovingTest], whole: bool) -> Result<Vec<String>> {
    let mut left_out = Vec::new();
    for line in list.lines() {
        let entry = line.split_once(": ");
        let (id, reason) = entry.with_context(|| format!("{LEFT_OUT}: no reason in: {line}"))?;
        ensure!(
            !reason.trim().is_empty(),
            "{LEFT_OUT}: no reason in: {line}"
        );
        left_out.push(id);
    }
    let mut failures = Vec::new();
    for test in tests {
        let id = &test.id;
        match (test.passed(), left_out.contains(&&**id)) {
            (true, false) | (false, true) => {}
            (true, true) => failures.push(format!("{id} passes: remove its line from {LEFT_OUT}")),
            (false, false) => failures.push(format!("{id}: {}: {}", test.outcome, test.message)),
        }
    }
    for id in left_out {
        if whole && !tests.iter().any(|test| test.id == id) {
            failures.push(format!("{id} is no test: remove its line from {LEFT_OUT}"));
        }
    }
    Ok(failures)
}

/// Has CPython run the suite and write down what it compiles.
fn record(verification: &Verification) -> Result<PathBuf> {
    let directory = verification.project.target_subdirectory("moving")?;
    let records = directory.join("records");
    // The modules beside them are found again by content.
    if records.exists() {
        std::fs::remove_dir_all(&records)
            .with_context(|| format!("cannot empty {}", records.display()))?;
    }
    let name = "CPython, recording";
    let python = verification
        .cpython()?
        .with_variable(name, "PYTEST_ADDOPTS", Path::new("-p hpyvm_recorder"))
        .with_variable(name, "HPYVM_RECORD", &directory);
    let mut suite = Suite::lay_out(&verification.project, verification.sdist()?)?;
    if !verification.options.files.is_empty() {
        suite.only_files(&verification.options.files)?;
    }
    let mut step = Step::start("HPy's suite on CPython, recorded");
    let run = suite.run(&python, &["universal", "debug"], &mut step)?;
    let failed: Vec<&str> = run
        .tests
        .iter()
        .filter(|test| !test.passed())
        .map(|test| &*test.id)
        .collect();
    ensure!(failed.is_empty(), "on CPython fails: {}", failed.join(", "));
    step.done(format!("{} tests", run.tests.len()));
    Ok(records)
}

fn run(verification: &Verification, records: &Path) -> Result<Report> {
    let program = build_moving(&verification.project, "moving-suite")?;
    let json = records.with_file_name("report.json");
    if json.exists() {
        std::fs::remove_file(&json).with_context(|| format!("cannot remove {}", json.display()))?;
    }
    let mut command = Command::new(program);
    command.arg(records).arg("--json").arg(&json);
    let mut step = Step::start("HPy's suite on the moving VM, in zeal mode");
    let finished = Job::new(command)
        .limit(LIMIT)
        .watch(|line| {
            let mut words = line.split(' ');
            if words.next() == Some("progress")
                && let (Some(Ok(over)), Some(Ok(all))) =
                    (words.next().map(str::parse), words.next().map(str::parse))
            {
                step.position(over, all);
                step.note(words.next().unwrap_or_default());
            }
        })
        .run()?;
    let text = std::fs::read_to_string(&json)
        .with_context(|| format!("moving-suite wrote no report: {}", finished.failure()))?;
    let last = finished.text();
    step.done(last.lines().last().unwrap_or_default());
    serde_json::from_str(&text).with_context(|| format!("{} is no report", json.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(id: &str, outcome: &str) -> MovingTest {
        MovingTest {
            id: id.to_owned(),
            outcome: outcome.to_owned(),
            message: "why".to_owned(),
            modules: 1,
            moves: 1,
        }
    }

    #[test]
    fn every_test_passes_or_is_listed() {
        let tests = [test("t::a[debug]", "passed"), test("t::b[debug]", "failed")];
        let check = |list, whole| against_list(list, &tests, whole).unwrap();
        assert!(check("t::b[debug]: it needs yield\n", true).is_empty());
        assert_eq!(check("", true), ["t::b[debug]: failed: why"]);
        let both = "t::a[debug]: no more\nt::b[debug]: it needs yield\n";
        let remove = format!("t::a[debug] passes: remove its line from {LEFT_OUT}");
        assert_eq!(check(both, true), [remove]);
        let gone = "t::b[debug]: it needs yield\nt::c[debug]: gone\n";
        let remove = format!("t::c[debug] is no test: remove its line from {LEFT_OUT}");
        assert_eq!(check(gone, true), [remove]);
        assert!(check(gone, false).is_empty());
    }

    #[test]
    fn a_line_without_a_reason_is_an_error() {
        assert!(against_list("t::a[debug]\n", &[], true).is_err());
        assert!(against_list("t::a[debug]: \n", &[], true).is_err());
    }
}
