//! The demo, run as a user runs it.

use crate::cargo::cargo;
use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::{Job, Step};
use std::time::Duration;

/// The verification's step: `cargo demo` fails when CPython and `hpyvm` differ.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut command = cargo(verification);
    command.arg("demo");
    let mut step = Step::start("cargo demo");
    Job::new(command)
        .limit(Duration::from_secs(30 * 60))
        .watch(|line| step.note(line.trim()))
        .check("cargo demo")?;
    step.done("");
    Ok(Outcome::passed(1, "both VMs print the same"))
}
