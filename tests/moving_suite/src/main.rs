//! `moving-suite`: HPy's own test suite on the VM whose collector moves every
//! object.
//!
//! CPython runs the suite first and writes down, test by test, what it compiles
//! (`tests/python/hpyvm_recorder.py`). Here the same test functions, unedited, run
//! in the small Python, and each `make_module` is given the binary that CPython has
//! loaded in that place.
//!
//! ```text
//! record  what CPython has written down     report  what became of a test
//!       one    a test, in this process
//!       run    all tests, each in a process of its own
//! ```

mod one;
mod record;
mod report;
mod run;

use anyhow::{Context, Result};
use clap::Parser;
use moving_gc::Zeal;
use record::Record;
use report::{Outcome, Report, TestReport};
use small_python::{exit_code, start};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Runs HPy's own tests over binaries that CPython has built, on a VM whose
/// collector moves every object.
///
/// CPython must have recorded a run of the suite (`cargo verify --only moving`
/// does that). Each test runs in a process of its own, with a collection at every
/// allocation. That verification knows which tests need more of Python than there is.
#[derive(Parser)]
#[command(
    name = "moving-suite",
    after_help = "Exit status: 0 when every test has passed, 1 when one has not, 2 when\n\
                  something could not be run."
)]
struct Arguments {
    /// The directory that CPython's recorder has filled
    records: PathBuf,

    /// When to collect: off, always, every:N, random:SEED or random:SEED:ONE_IN
    #[arg(long, default_value = "always")]
    zeal: Zeal,

    /// Run only tests whose names contain this; may be repeated
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,

    /// Stop a test that runs longer than this
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,

    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Run this one test here: what each process is started with
    #[arg(long, value_name = "ID", hide = true)]
    test: Option<String>,
}

fn main() -> ExitCode {
    exit_code(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<bool> {
    let (vm, interpreter) = start()?;
    let mut records = record::read_records(&arguments.records)?;
    if let Some(id) = &arguments.test {
        let record = records.iter().find(|record| record.id == *id);
        let record = record.with_context(|| format!("there is no test {id}"))?;
        vm.heap().set_zeal(arguments.zeal);
        println!(
            "\n{}",
            serde_json::to_string(&one::run_one(vm, interpreter, record))?
        );
        return Ok(true);
    }
    if !arguments.only.is_empty() {
        records.retain(|record| arguments.only.iter().any(|text| record.id.contains(text)));
    }
    let program = std::env::current_exe().context("this program has no path")?;
    let child = |record: &Record| {
        let mut command = Command::new(&program);
        command.arg(&arguments.records).args([
            "--test",
            &record.id,
            "--zeal",
            &zeal_text(arguments),
        ]);
        command
    };
    let total = records.len();
    let progress = |over: usize, test: &TestReport| {
        if test.outcome != Outcome::Passed {
            println!("{:?} {}\n{}", test.outcome, test.id, test.message);
        }
        eprintln!("progress {over} {total} {}", test.id);
    };
    let limit = Duration::from_secs(arguments.timeout);
    let tests = run::run(&records, child, limit, progress)?;
    let report = Report { tests };
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let passed = report.with(Outcome::Passed).count();
    let modules: usize = report.with(Outcome::Passed).map(|test| test.modules).sum();
    println!(
        "{passed} of {total} tests passed over {modules} modules; \
         {} collections, {} moves, {} slots and {} fields rewritten",
        report.sum(|test| test.collections),
        report.sum(|test| test.moves),
        report.sum(|test| test.slots_rewritten),
        report.sum(|test| test.fields_rewritten),
    );
    Ok(passed == total)
}

/// The zeal in the form that the option takes.
fn zeal_text(arguments: &Arguments) -> String {
    match arguments.zeal {
        Zeal::Off => "off".to_owned(),
        Zeal::Always => "always".to_owned(),
        Zeal::Every(distance) => format!("every:{distance}"),
        Zeal::Random { seed, one_in } => format!("random:{seed}:{one_in}"),
    }
}
