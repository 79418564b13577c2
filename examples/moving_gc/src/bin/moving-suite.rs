//! `moving-suite`: HPy's test suite on the VM whose objects move.

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use moving_gc::Zeal;
use moving_gc::script::{exit_code, start};
use moving_gc::suite::{self, Outcome, Record, Report, TestReport};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Runs HPy's own tests over binaries that CPython has built, on a VM whose
/// collector moves every object.
///
/// CPython must have recorded a run of the suite (`cargo verify --only moving`
/// does that). Each test that the driver can express runs in a process of its
/// own, with a collection at every allocation.
#[derive(Parser)]
#[command(
    name = "moving-suite",
    after_help = "Exit status: 0 when every test that can be expressed has passed (or skipped\n\
                  itself), 1 when one has not, 2 when something could not be run."
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

    /// Say what cannot be expressed, and why, and run nothing
    #[arg(long)]
    list: bool,

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
    let mut records = suite::read_records(&arguments.records)?;
    if let Some(id) = &arguments.test {
        let record = records.iter().find(|record| record.id == *id);
        let record = record.with_context(|| format!("there is no test {id}"))?;
        vm.heap().set_zeal(arguments.zeal);
        println!(
            "\n{}",
            serde_json::to_string(&suite::run_one(vm, interpreter, record))?
        );
        return Ok(true);
    }
    if !arguments.only.is_empty() {
        records.retain(|record| arguments.only.iter().any(|text| record.id.contains(text)));
    }
    let selection = suite::select(interpreter, records)?;
    if arguments.list {
        for (id, reasons) in &selection.left_out {
            println!("{id}: {}", reasons.join(", "));
        }
        return Ok(true);
    }
    println!(
        "{} tests can be expressed, {} cannot:",
        selection.chosen.len(),
        selection.left_out.len()
    );
    for (reason, count) in selection.reasons() {
        println!("  {count:>4}  {reason}");
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
    let total = selection.chosen.len();
    let progress = |over: usize, test: &TestReport| {
        if !matches!(test.outcome, Outcome::Passed | Outcome::Skipped) {
            println!("FAILED {} ({:?})\n{}", test.id, test.outcome, test.message);
        }
        eprintln!("progress {over} {total} {}", test.id);
    };
    let limit = Duration::from_secs(arguments.timeout);
    let tests = suite::run(&selection.chosen, &child, limit, &progress)?;
    let report = Report {
        tests,
        left_out: selection.left_out,
    };
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| anyhow!(error))?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let sum = |part: fn(&TestReport) -> u64| report.tests.iter().map(part).sum::<u64>();
    let (passed, skipped) = (
        report.count(Outcome::Passed),
        report.count(Outcome::Skipped),
    );
    println!(
        "{passed} of {total} tests passed over {} modules, {skipped} skipped themselves; \
         {} collections, {} moves, {} slots and {} fields rewritten",
        report.modules(),
        sum(|test| test.collections),
        sum(|test| test.moves),
        sum(|test| test.slots_rewritten),
        sum(|test| test.fields_rewritten),
    );
    Ok(passed + skipped == total)
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
