//! The demos, run as a user runs them.

use crate::{Outcome, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::digest::lines_in;
use hpyvm_examples::{Job, Step, cargo};
use std::time::Duration;

/// Each of them, on a slow machine, with all that it builds.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The verification's step: `cargo demo` fails when CPython and `hpyvm` differ.
pub fn step(verification: &Verification) -> Result<Outcome> {
    run(verification, "demo")?;
    Ok(Outcome::passed(1, "both VMs print the same"))
}

/// The verification's step: `cargo demo-moving` fails when a result is wrong. Its
/// binaries have to be those of `cargo demo`, by what the two print.
pub fn moving(verification: &Verification) -> Result<Outcome> {
    let moving = run(verification, "demo-moving")?;
    let shown = moving
        .matches("lines as expected, with zeal always")
        .count();
    let all = moving.matches("lines as expected").count();
    ensure!(
        shown == all && shown > 0,
        "{shown} of {all} with a collection at every allocation:\n{moving}"
    );
    let digests = lines_in(&moving);
    let plain = lines_in(&run(verification, "demo")?);
    ensure!(
        plain.len() >= 3,
        "cargo demo shows {} binaries",
        plain.len()
    );
    let mut outcome = Outcome::default();
    for (file, sha256) in plain {
        let same = digests.get(&file) == Some(&sha256);
        outcome.check(match same {
            true => Ok(()),
            false => Err(anyhow::anyhow!(
                "{file} is {sha256} in cargo demo and {:?} in cargo demo-moving",
                digests.get(&file)
            )),
        });
    }
    outcome.summary = format!(
        "every result of {shown} scripts right while every object moves; {} binaries are those \
         of cargo demo",
        outcome.passed
    );
    outcome.passed += shown;
    Ok(outcome)
}

/// Runs one and gives what it prints.
fn run(verification: &Verification, name: &str) -> Result<String> {
    let mut command = cargo();
    command.current_dir(verification.project.root()).arg(name);
    let mut step = Step::start(format!("cargo {name}"));
    // All of it: the example that differs need not be the last one.
    let finished = Job::new(command)
        .limit(LIMIT)
        .watch(|line| step.note(line.trim()))
        .run()?;
    ensure!(
        finished.success(),
        "cargo {name}: {}\n{}\n{}",
        finished.ending(),
        finished.text(),
        String::from_utf8_lossy(&finished.stderr)
    );
    step.done("");
    Ok(finished.text())
}
