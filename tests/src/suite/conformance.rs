//! What became of every test: `target/conformance.json`.

use super::event::Event;
use super::worker::{Casualty, News};
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The whole result of a run of HPy's suite.
#[derive(Debug, Default, Serialize)]
pub struct Conformance {
    /// The release of HPy whose suite it is.
    pub hpy: &'static str,
    /// What ran it.
    pub vm: String,
    /// Every test that ran.
    pub tests: Vec<Test>,
    /// The figures by mode.
    pub modes: BTreeMap<String, Tally>,
    /// Where the time went.
    pub seconds: Seconds,
}

/// One test.
#[derive(Debug, Clone, Serialize)]
pub struct Test {
    /// pytest's node id.
    pub id: String,
    /// The value of its parameter `hpy_abi`, "none" without it.
    pub mode: String,
    /// pytest's word, or "crashed" or "hung" for the VM.
    pub outcome: String,
    /// Wall time.
    pub seconds: f64,
    /// Processor time of the compilers that it started.
    pub child_seconds: f64,
    /// Why it did not pass.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How many tests of a mode ended how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed, erred, crashed, hung.
    pub failed: usize,
    /// Skipped by a condition in the suite itself.
    pub skipped: usize,
    /// Not asked for.
    pub deselected: usize,
}

/// Time summed over all tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub struct Seconds {
    /// Wall time in tests.
    pub tests: f64,
    /// Processor time of their compilers.
    pub compilers: f64,
}

impl Test {
    /// Whether pytest says so.
    pub fn passed(&self) -> bool {
        self.outcome == "passed"
    }
}

impl Conformance {
    /// An empty result.
    pub fn new(hpy: &'static str, vm: &str) -> Self {
        Self {
            hpy,
            vm: vm.to_owned(),
            ..Self::default()
        }
    }

    /// Puts the figures and the order right after the last test.
    pub fn complete(&mut self) {
        self.tests.sort_by(|a, b| a.id.cmp(&b.id));
        for test in &self.tests {
            let tally = self.modes.entry(test.mode.clone()).or_default();
            match &*test.outcome {
                "passed" => tally.passed += 1,
                "skipped" => tally.skipped += 1,
                _ => tally.failed += 1,
            }
            self.seconds.tests += test.seconds;
            self.seconds.compilers += test.child_seconds;
        }
    }

    /// The figures of a mode; zeros if nothing of it was seen.
    pub fn tally(&self, mode: &str) -> Tally {
        self.modes.get(mode).copied().unwrap_or_default()
    }

    /// Writes it as JSON.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Collects the news of one worker.
#[derive(Debug, Default)]
pub struct Ledger {
    modes: BTreeMap<String, String>,
    /// Tests that are over.
    pub tests: Vec<Test>,
    /// Tests that were not asked for, by mode.
    pub deselected: BTreeMap<String, usize>,
    /// Files that cannot be imported, with the reason.
    pub broken: Vec<(String, String)>,
}

impl Ledger {
    /// Takes one piece of news.
    pub fn enter(&mut self, news: News) {
        match news {
            News::Event(Event::Selected { id, mode }) => {
                self.modes.insert(id, mode);
            }
            News::Event(Event::Deselected { mode, .. }) => {
                *self.deselected.entry(mode).or_default() += 1;
            }
            News::Event(Event::CollectionFailed { id, message }) => {
                self.broken.push((id, message));
            }
            News::Event(Event::Started { .. }) => {}
            News::Event(Event::Finished {
                id,
                outcome,
                message,
                seconds,
                child_seconds,
            }) => self.record(id, outcome, message, seconds, child_seconds),
            News::Casualty(Casualty {
                id,
                outcome,
                message,
                seconds,
            }) => self.record(id, outcome.to_owned(), message, seconds, 0.0),
        }
    }

    /// Tests that were selected and have not been heard of since.
    pub fn missing(&self) -> Vec<&str> {
        let over: Vec<&str> = self.tests.iter().map(|test| &*test.id).collect();
        let selected = self.modes.keys().map(|id| &**id);
        selected.filter(|id| !over.contains(id)).collect()
    }

    fn record(
        &mut self,
        id: String,
        outcome: String,
        message: String,
        seconds: f64,
        child_seconds: f64,
    ) {
        let mode = self.modes.get(&id).cloned().unwrap_or_default();
        self.tests.push(Test {
            id,
            mode,
            outcome,
            seconds,
            child_seconds,
            message,
        });
    }
}
