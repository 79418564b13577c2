//! Long runs: 10^7 calls, and more than 10^6 objects that are created, are parts
//! of cycles and are finalized; then everything at once in one process, with threads, callbacks,
//! new types, modules executed again and forks. Once each has warmed up, memory, handles,
//! descriptors, types and the time of a round must stay where they are.

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
    let seconds = verification.options.soak.as_secs();
    let step = Step::start("everything at once");
    let at_once = Cases {
        script: "soak_long",
        module: "scaling_operations",
        limit: Duration::from_secs(seconds + 300),
    };
    let at_once = at_once.run(verification, verification.hpyvm()?, &seconds.to_string())?;
    outcome.summary = format!("{}, {seconds} s of everything at once", outcome.summary);
    outcome.passed += at_once.passed;
    outcome.failures.extend(at_once.failures);
    step.done(&outcome.summary);
    Ok(outcome)
}
