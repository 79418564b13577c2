//! The VM whose collector moves every object: HPy's suite on it.
//!
//! CPython runs the suite first, with a plugin that writes down what each test
//! compiles (`tests/python/hpyvm_recorder.py`). Then `moving-suite` runs the same
//! tests over the same binaries, a collection at every allocation: those with the
//! parameter `universal` and, under the leak detector, those with `debug`. It chooses by
//! a rule which tests its language can express; here it is checked that all of
//! those pass, that they are many, and that none is lost that passed before.

use crate::suite::{Accepted, Conformance, HPY, Suite, Test};
use crate::{Outcome, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Job, Step, build_moving};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How many modules of the suite have to run at least.
const LEAST_MODULES: usize = 60;

/// All tests together, on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What `moving-suite --json` writes.
#[derive(Debug, Deserialize)]
struct Report {
    tests: Vec<MovingTest>,
    left_out: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct MovingTest {
    id: String,
    outcome: String,
    message: String,
    modules: usize,
    moves: u64,
}

/// The verification's step: HPy's suite in zeal mode.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let records = record(verification)?;
    let report = run(verification, &records)?;

    let mut conformance = Conformance::new(HPY, "the moving VM");
    let mut outcome = Outcome::default();
    let (mut modules, mut skipped, mut moves) = (0, 0, 0);
    for test in report.tests {
        match &*test.outcome {
            "passed" => {
                outcome.passed += 1;
                modules += test.modules;
                moves += test.moves;
            }
            // By a condition in the test itself.
            "skipped" => skipped += 1,
            other => {
                let text = format!("{}: {other}: {}", test.id, test.message);
                outcome.failures.push(text);
            }
        }
        conformance.tests.push(Test {
            id: test.id,
            mode: "universal".to_owned(),
            outcome: test.outcome,
            seconds: 0.0,
            child_seconds: 0.0,
            message: test.message,
        });
    }
    outcome.summary = format!(
        "{} tests over {modules} modules, {skipped} skipped themselves, {} cannot be expressed; \
         {moves} moves",
        outcome.passed,
        report.left_out.len(),
    );
    if !verification.options.files.is_empty() {
        return Ok(outcome);
    }
    if modules < LEAST_MODULES {
        let text = format!("{modules} modules ran, {LEAST_MODULES} are required");
        outcome.failures.push(text);
    }
    let list = "tests/conformance/moving.txt";
    let mut accepted = Accepted::read(&verification.project.root().join(list))?;
    let comparison = accepted.compare(&conformance);
    for (id, why) in &comparison.lost {
        let text = match report.left_out.get(id) {
            Some(reasons) => format!("{id} ran before: left out now: {}", reasons.join(", ")),
            None => format!("{id} passed before: {why}"),
        };
        outcome.failures.push(text);
    }
    if verification.options.accept {
        accepted.extend(&comparison.gained)?;
    } else if !comparison.gained.is_empty() {
        let count = comparison.gained.len();
        eprintln!("  {count} tests pass that are not in {list}; --accept adds them");
    }
    Ok(outcome)
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
