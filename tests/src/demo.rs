//! The demo, run as a user runs it.

use crate::{Outcome, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::{Job, Step, cargo};
use std::time::Duration;

/// The verification's step: `cargo demo` fails when CPython and `hpyvm` differ.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut command = cargo();
    command.current_dir(verification.project.root()).arg("demo");
    let mut step = Step::start("cargo demo");
    let finished = Job::new(command)
        .limit(Duration::from_secs(30 * 60))
        .watch(|line| step.note(line.trim()))
        .run()?;
    // All of it: the example that differs need not be the last one.
    ensure!(
        finished.success(),
        "cargo demo: {}\n{}\n{}",
        finished.ending(),
        finished.text(),
        String::from_utf8_lossy(&finished.stderr)
    );
    step.done("");
    Ok(Outcome::passed(1, "both VMs print the same"))
}
