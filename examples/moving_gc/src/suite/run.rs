//! All tests, each in a process of its own, as many at a time as there are
//! cores: a test that crashes is a test that has failed, and has a name.

use super::Record;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// How a test has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every assertion held.
    Passed,
    /// An exception.
    Failed,
    /// The test itself has asked not to be run on a VM without reference counts.
    Skipped,
    /// The process died.
    Crashed,
    /// The process was stopped when its time was up.
    Hung,
}

/// What became of one test.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TestReport {
    /// pytest's node id.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it did not pass.
    pub message: String,
    /// How many modules it has loaded.
    pub modules: usize,
    /// Collections.
    pub collections: u64,
    /// Moves of objects.
    pub moves: u64,
    /// Slots of the handle table that were rewritten.
    pub slots_rewritten: u64,
    /// Fields in extensions' structs that were rewritten.
    pub fields_rewritten: u64,
}

/// What became of all tests.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// The tests, by name.
    pub tests: Vec<TestReport>,
    /// Those that cannot be expressed, with the reasons.
    pub left_out: std::collections::BTreeMap<String, Vec<String>>,
}

impl Report {
    /// How many tests have ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.with(outcome).count()
    }

    /// The tests that have ended so.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &TestReport> {
        self.tests
            .iter()
            .filter(move |test| test.outcome == outcome)
    }

    /// How many modules the tests that passed have loaded.
    pub fn modules(&self) -> usize {
        self.with(Outcome::Passed).map(|test| test.modules).sum()
    }
}

/// Told after each test: how many are over, and the last one.
pub type Progress<'a> = &'a (dyn Fn(usize, &TestReport) + Sync);

/// Runs each test with the command that `child` gives for it.
pub fn run(
    tests: &[Record],
    child: &(dyn Fn(&Record) -> Command + Sync),
    limit: Duration,
    progress: Progress<'_>,
) -> Result<Vec<TestReport>> {
    let workers = std::thread::available_parallelism().map_or(2, |cores| cores.get());
    let queue = Mutex::new(tests.iter());
    let reports = Mutex::new(Ok(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().map(|mut queue| queue.next());
                    let Ok(Some(record)) = next else { return };
                    let report = one(record, child(record), limit);
                    let Ok(mut reports) = reports.lock() else {
                        return;
                    };
                    match (report, &mut *reports) {
                        (Ok(report), Ok(list)) => {
                            list.push(report);
                            if let Some(last) = list.last() {
                                progress(list.len(), last);
                            }
                        }
                        (Err(error), reports) => *reports = Err(error),
                        (Ok(_), Err(_)) => return,
                    }
                }
            });
        }
    });
    let mut reports = reports
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())?;
    reports.sort_by(|a: &TestReport, b| a.id.cmp(&b.id));
    Ok(reports)
}

fn one(record: &Record, mut command: Command, limit: Duration) -> Result<TestReport> {
    let output = tempfile::tempfile().context("cannot make a temporary file")?;
    let errors = tempfile::tempfile().context("cannot make a temporary file")?;
    let mut child: Child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(errors.try_clone()?)
        .spawn()
        .context("cannot start a process for a test")?;
    let started = Instant::now();
    let status = child.wait_timeout(limit)?;
    let ended = |outcome, message: String| TestReport {
        id: record.id.clone(),
        outcome,
        message,
        modules: 0,
        collections: 0,
        moves: 0,
        slots_rewritten: 0,
        fields_rewritten: 0,
    };
    let Some(status) = status else {
        // It may have ended by itself just now.
        let _ = child.kill();
        child.wait()?;
        let seconds = started.elapsed().as_secs();
        return Ok(ended(Outcome::Hung, format!("no end after {seconds} s")));
    };
    // The report is the last line; what comes before is the test's own.
    if status.success()
        && let Some(line) = read(output)?.lines().last()
        && let Ok(report) = serde_json::from_str(line)
    {
        return Ok(report);
    }
    let ending = match status.signal() {
        Some(signal) => format!("signal {signal}"),
        None => status.to_string(),
    };
    let errors = read(errors)?;
    let lines: Vec<&str> = errors.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(6)..].join(" | ");
    Ok(ended(
        Outcome::Crashed,
        format!("{ending}; its last words: {last}"),
    ))
}

fn read(mut file: std::fs::File) -> Result<String> {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
