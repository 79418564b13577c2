//! Hostile calls of every context function, on each VM and in each mode: a part of what
//! `cargo run --package hpyvm-fuzz` plays by the million.

use crate::{Outcome, Verification, cargo, properties};
use anyhow::Result;
use hpyvm_examples::{Job, Step};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(600);

/// The VMs, and how many inputs are played in each mode. A VM that collects at every
/// allocation takes longer for one.
const PARTS: &[(&str, u64)] = &[("toy", 50_000), ("hpyvm", 10_000), ("moving", 500)];

const MODES: &[&str] = &["universal", "debug", "trace"];

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let program = cargo::program(verification, "hpyvm-fuzz", "fuzz")?;
    let extension = properties::extension(verification)?;
    let vm = verification.vm()?;
    let step = Step::start("hostile calls of every context function");
    let mut outcome = Outcome::default();
    for (name, count) in PARTS {
        for mode in MODES {
            let mut command = Command::new(&program);
            command.args([name, mode, "--count", &count.to_string()]);
            command.arg("--hpyvm").arg(vm);
            command.arg("--extension").arg(&extension);
            let finished = Job::new(command).limit(LIMIT).run()?;
            match finished.success() {
                true => outcome.passed += 1,
                false => outcome.failures.push(finished.failure()),
            }
        }
    }
    let each: Vec<_> = PARTS
        .iter()
        .map(|(name, count)| format!("{count} on {name}"))
        .collect();
    outcome.summary = format!("in each mode {}", each.join(", "));
    step.done(&outcome.summary);
    Ok(outcome)
}
