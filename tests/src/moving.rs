//! The VM whose collector moves every object: HPy's suite on it.
//!
//! CPython runs the suite first, with a plugin that writes down what each test
//! compiles (`tests/python/hpyvm_recorder.py`). Then `moving-suite` runs the same
//! tests over the same binaries, a collection at every allocation: those with the
//! parameter `universal` and, under the leak detector, those with `debug`. The small
//! Python that runs them has not all of Python: `tests/conformance/moving.txt` lists
//! the tests that are left out, each with its reason. The list may only shrink.

use crate::left_out::{Ended, LeftOut};
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
    let list = LeftOut::read(verification, LEFT_OUT)?;
    let whole = verification.options.files.is_empty();
    let tests = report.tests.iter().map(|test| Ended {
        id: &test.id,
        outcome: &test.outcome,
        message: &test.message,
    });
    let mut outcome = Outcome {
        failures: list.against(tests, whole),
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
