//! A long run: 10^7 calls, and more than 10^6 objects that are created, are parts
//! of cycles and are finalized. After the first tenth, memory and handles must
//! stay where they are.

use crate::cases::Cases;
use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::Step;
use std::time::Duration;

/// The jobs.
pub const JOBS: Cases = Cases {
    script: "soak",
    module: "soak_worker",
    limit: Duration::from_secs(1800),
};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let step = Step::start("calls and objects by the million");
    let mut outcome = JOBS.run(verification, verification.hpyvm()?, "all")?;
    outcome.summary = format!("{} jobs", outcome.passed + outcome.failures.len());
    step.done(&outcome.summary);
    Ok(outcome)
}
