//! All tests, each in a process of its own, as many at a time as there are
//! cores: a test that crashes is a test that has failed, and has a name.

use crate::record::Record;
use crate::report::{Outcome, TestReport};
use anyhow::{Result, anyhow};
use hpyvm_examples::Job;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many lines of what a process has written are shown when it dies.
const LAST_LINES: usize = 6;

/// Runs each test with the command that `child` gives for it. `progress` is told
/// after each test how many are over, and the last one.
pub fn run(
    tests: &[Record],
    child: impl Fn(&Record) -> Command + Sync,
    limit: Duration,
    progress: impl Fn(usize, &TestReport) + Sync,
) -> Result<Vec<TestReport>> {
    let queue = Mutex::new(tests.iter());
    let over = AtomicUsize::new(0);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || -> Result<Vec<TestReport>> {
        let mut reports = Vec::new();
        while let Some(record) = next() {
            let report = one(record, child(record), limit)?;
            progress(over.fetch_add(1, Ordering::Relaxed) + 1, &report);
            reports.push(report);
        }
        Ok(reports)
    };
    let mut reports = Vec::new();
    thread::scope(|scope| -> Result<()> {
        let workers = thread::available_parallelism().map_or(2, |cores| cores.get());
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            let result = worker.join().map_err(|_| anyhow!("a worker panicked"))?;
            reports.extend(result?);
        }
        Ok(())
    })?;
    reports.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(reports)
}

fn one(record: &Record, command: Command, limit: Duration) -> Result<TestReport> {
    let finished = Job::new(command).limit(limit).run()?;
    // The report is the last line; what comes before is the test's own.
    if finished.success()
        && let Some(line) = finished.text().lines().last()
        && let Ok(report) = serde_json::from_str(line)
    {
        return Ok(report);
    }
    let outcome = match finished.status {
        Some(_) => Outcome::Crashed,
        None => Outcome::Hung,
    };
    let errors = String::from_utf8_lossy(&finished.stderr);
    let lines: Vec<&str> = errors.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join(" | ");
    Ok(TestReport {
        id: record.id.clone(),
        outcome,
        message: format!("{}; its last words: {last}", finished.ending()),
        modules: 0,
        collections: 0,
        moves: 0,
        slots_rewritten: 0,
        fields_rewritten: 0,
    })
}
