//! `cargo verify`: the whole truth in one command.

use clap::Parser;
use console::style;
use hpyvm_examples::command;
use hpyvm_tests::{Options, Outcome, STEPS, StepInfo, Verification};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Checks everything that must be true of hpyvm: sources, headers, golden
/// scripts, malformed binaries, HPy's own test suite, start-up time.
#[derive(Debug, Parser)]
#[command(name = "verify", bin_name = "cargo verify")]
struct Arguments {
    /// Run only this step (may be repeated)
    #[arg(long, value_name = "STEP", value_parser = step_names())]
    only: Vec<String>,
    /// List the steps and do nothing
    #[arg(long)]
    list: bool,
    /// Add the tests of HPy's suite that pass to the committed list
    #[arg(long)]
    accept: bool,
    /// Run only the files of HPy's suite whose names contain TEXT (may be
    /// repeated); each test in them has to pass
    #[arg(long, value_name = "TEXT")]
    files: Vec<String>,
    /// How long the step `soak` has threads, callbacks, new types, modules and forks in one
    /// process; 60 is what a release gets
    #[arg(long, value_name = "MINUTES", default_value_t = 1)]
    soak: u64,
}

fn step_names() -> clap::builder::PossibleValuesParser {
    STEPS
        .iter()
        .map(|step| step.name)
        .collect::<Vec<_>>()
        .into()
}

/// Of the column with the steps' names.
fn name_width() -> usize {
    STEPS.iter().map(|step| step.name.len()).max().unwrap_or(0)
}

fn main() -> ExitCode {
    command::leave_quietly();
    let arguments = Arguments::parse();
    if arguments.list {
        for step in STEPS {
            println!("{:<width$} {}", step.name, step.about, width = name_width());
        }
        return ExitCode::SUCCESS;
    }
    let options = Options {
        accept: arguments.accept,
        files: arguments.files,
        soak: Duration::from_secs(60 * arguments.soak),
    };
    let verification = match Verification::new(options) {
        Ok(verification) => verification,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let wanted = |step: &&StepInfo| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name)
    };
    let results: Vec<Ran> = STEPS
        .iter()
        .filter(wanted)
        .map(|step| run(step, &verification))
        .collect();
    conclude(&results)
}

/// A step that is over.
struct Ran {
    name: &'static str,
    outcome: Outcome,
    elapsed: Duration,
}

fn run(step: &StepInfo, verification: &Verification) -> Ran {
    eprintln!(
        "{} {}",
        style(step.name).bold().for_stderr(),
        style(step.about).dim().for_stderr()
    );
    let started = Instant::now();
    let outcome = Outcome::from((step.run)(verification));
    let ran = Ran {
        name: step.name,
        outcome,
        elapsed: started.elapsed(),
    };
    for failure in &ran.outcome.failures {
        eprintln!("{} {failure}", style("FAILED").red().for_stderr());
    }
    ran
}

/// Prints the summary. Its last line is for programs that read the log.
fn conclude(results: &[Ran]) -> ExitCode {
    let width = name_width();
    println!();
    for Ran {
        name,
        outcome,
        elapsed,
    } in results
    {
        let verdict = match outcome.is_success() {
            true => style("ok    ").green(),
            false => style("FAILED").red(),
        };
        let seconds = elapsed.as_secs_f64();
        println!(
            "{verdict} {name:<width$} {seconds:>7.1} s  {}",
            outcome.summary
        );
    }
    let total: Duration = results.iter().map(|ran| ran.elapsed).sum();
    println!(
        "       {:<width$} {:>7.1} s",
        "all steps",
        total.as_secs_f64()
    );
    let success = results.iter().all(|ran| ran.outcome.is_success());
    let passed: usize = results.iter().map(|ran| ran.outcome.passed).sum();
    let failed: usize = results
        .iter()
        .map(
            |ran| match (ran.outcome.is_success(), ran.outcome.failures.len()) {
                // A step that checked nothing counts as one failure.
                (false, 0) => 1,
                (_, failures) => failures,
            },
        )
        .sum();
    println!("{passed} passed, {failed} failed");
    match success {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
