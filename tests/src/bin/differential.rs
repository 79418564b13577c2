//! Random calls on CPython and on hpyvm with another seed or more of them.

use clap::Parser;
use hpyvm_tests::differential::{Plan, compare};
use hpyvm_tests::{Options, Verification};
use std::process::ExitCode;

/// Compares random calls of C modules on CPython and on hpyvm.
#[derive(Debug, Parser)]
#[command(name = "differential")]
struct Arguments {
    /// What the calls are made from
    #[arg(long, default_value_t = Plan::default().seed)]
    seed: u64,
    /// How many calls to make
    #[arg(long, default_value_t = Plan::default().calls)]
    calls: u64,
    /// How many groups of differences to report
    #[arg(long, default_value_t = Plan::default().report)]
    report: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = Plan {
        seed: arguments.seed,
        calls: arguments.calls,
        report: arguments.report,
    };
    let outcome = Verification::new(Options::default())
        .and_then(|verification| compare(&verification, &plan));
    match outcome {
        Ok(outcome) => {
            for failure in &outcome.failures {
                println!("{failure}");
            }
            println!("{}", outcome.summary);
            match outcome.is_success() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
