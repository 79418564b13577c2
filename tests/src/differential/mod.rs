//! The same random calls on CPython and on hpyvm.
//!
//! `tests/python/differential.py` calls the C modules
//! `tests/modules/differential_*.c` with arguments made from a seed and writes
//! one line a call. Both Pythons run it over the same binaries, at the same
//! time, and what they write is compared. A difference is right when a row of
//! the table in `docs/differences.md` describes it ([`table`]); and a row that
//! describes nothing any more is a failure too, so that document and test
//! cannot drift apart.

pub mod calls;
pub mod table;

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, anyhow};
use calls::{Difference, Transcript};
use hpyvm_examples::{Extension, Job, Step};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use table::Table;

/// The modules of C that the script imports.
const MODULES: &[&str] = &[
    "differential_numbers",
    "differential_objects",
    "differential_text",
    "differential_arguments",
    "differential_types",
    "differential_containers",
    "hpyerr",
    "hpytype",
];

/// How long either Python may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Which calls to make, and how much to say about them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What everything random comes from.
    pub seed: u64,
    /// How many calls.
    pub calls: u64,
    /// How many kinds of unexpected differences are reported.
    pub report: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            calls: 120_000,
            report: 40,
        }
    }
}

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    compare(verification, &Plan::default())
}

/// Runs a plan.
pub fn compare(verification: &Verification, plan: &Plan) -> Result<Outcome> {
    let table = Table::read(&verification.project.root().join("docs/differences.md"))?;
    let directories = build(verification)?;
    let step = Step::start("random calls on both Pythons");
    let script = verification
        .project
        .root()
        .join("tests/python/differential.py");
    let run = |python: Python| -> Result<Transcript> {
        let python = directories
            .iter()
            .fold(python, |python, directory| python.with_directory(directory));
        let mut command = python.command()?;
        command
            .arg("-Wignore")
            .arg(&script)
            .args(["--seed", &plan.seed.to_string()])
            .args(["--calls", &plan.calls.to_string()]);
        let finished = Job::new(command).limit(LIMIT).run()?;
        let what = python.name().to_owned();
        Transcript::read(&finished.text(), plan.calls)
            .with_context(|| format!("{what}: {}", finished.failure()))
    };
    let (cpython, hpyvm) = (verification.cpython()?, verification.hpyvm()?);
    let (expected, got) = thread::scope(|scope| {
        let expected = scope.spawn(|| run(cpython));
        let got = run(hpyvm);
        let expected = expected.join();
        (expected, got)
    });
    let expected = expected.map_err(|_| anyhow!("the comparison panicked"))??;
    let outcome = judge(&expected, &got?, &table, plan);
    step.done(&outcome.summary);
    Ok(outcome)
}

/// Compares what both have written.
fn judge(expected: &Transcript, got: &Transcript, table: &Table, plan: &Plan) -> Outcome {
    let mut outcome = Outcome::default();
    let mut known = vec![0_usize; table.rows.len()];
    let mut unexpected = calls::Groups::default();
    for difference in expected.differences(got) {
        match table.find(&difference) {
            Some(row) => known[row] += 1,
            None => unexpected.add(difference),
        }
    }
    let listed: usize = known.iter().sum();
    outcome.passed = expected.calls.len() - listed - unexpected.count();
    outcome.failures.extend(unexpected.describe(plan.report));
    // Other seeds and shorter runs need not meet every row, and none the rare.
    if plan.seed == Plan::default().seed && plan.calls >= Plan::default().calls {
        for (row, count) in table.rows.iter().zip(&known) {
            if *count == 0 && !row.rare {
                let text = format!("differences.md line {}: no call differs so", row.line);
                outcome.failures.push(text);
            }
        }
    }
    outcome.summary = format!(
        "{} calls: {} the same, {listed} differ as listed in {} rows, {} otherwise",
        expected.calls.len(),
        outcome.passed,
        table.rows.len(),
        unexpected.count(),
    );
    outcome
}

/// Builds the modules; gives the directories to find them in.
fn build(verification: &Verification) -> Result<Vec<PathBuf>> {
    let tests = verification.project.root().join("tests");
    let toolchain = verification.toolchain()?;
    let mut directories = vec![tests.join("python")];
    for module in MODULES {
        let source = tests.join("modules").join(module).with_extension("c");
        let built = Extension::files(*module, [source]).build(&verification.project, &toolchain)?;
        directories.push(built.directory);
    }
    Ok(directories)
}

impl Difference<'_> {
    /// The call as a line for people.
    pub fn headline(&self) -> String {
        format!(
            "call {}: {}({})",
            self.call.number,
            self.call.function,
            calls::shorten(&self.call.arguments)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_listed_or_a_failure() {
        let expected = Transcript::read("0\tf\t1\t= int 1\n1\tg\t2\t! E: a\n", 2).unwrap();
        let got = Transcript::read("0\tf\t1\t= int 2\n1\tg\t2\t! E: b\n", 2).unwrap();
        let table =
            Table::parse("| `g` | `! E: *` | `! E: b` | RustPython | Because. |\n").unwrap();
        let plan = Plan::default();
        let outcome = judge(&expected, &got, &table, &plan);
        assert_eq!(outcome.passed, 0);
        assert_eq!(outcome.failures.len(), 1, "{:?}", outcome.failures);
        assert!(outcome.failures[0].contains("f(1)"));
    }

    #[test]
    fn a_row_that_matches_nothing_fails() {
        let both = Transcript::read("0\tf\t1\t= int 1\n", 1).unwrap();
        let table = Table::parse("| `g` | `*` | `*` | RustPython | Because. |\n").unwrap();
        let outcome = judge(&both, &both, &table, &Plan::default());
        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failures.len(), 1);
    }
}
