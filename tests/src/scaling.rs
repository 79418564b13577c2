//! What can be done n times takes time in proportion, and what can be freed leaves
//! nothing behind. (CPython is not asked: some of it ends the process there.)

use crate::cases::Cases;
use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::Step;
use std::time::Duration;

/// The operations.
pub const OPERATIONS: Cases = Cases {
    script: "scaling",
    module: "scaling_operations",
    limit: Duration::from_secs(900),
};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let step = Step::start("operations at n and 4n");
    let outcome = OPERATIONS.run(verification, verification.hpyvm()?, "all")?;
    step.done(&outcome.summary);
    Ok(outcome)
}
