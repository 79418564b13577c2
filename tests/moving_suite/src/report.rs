//! What became of the tests.

use serde::{Deserialize, Serialize};

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

/// What became of all tests, by name.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The tests, by name.
    pub tests: Vec<TestReport>,
}

impl Report {
    /// The tests that have ended so.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &TestReport> {
        self.tests
            .iter()
            .filter(move |test| test.outcome == outcome)
    }

    /// A figure of all tests together.
    pub fn sum(&self, figure: fn(&TestReport) -> u64) -> u64 {
        self.tests.iter().map(figure).sum()
    }
}
