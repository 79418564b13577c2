//! Sizes beyond all bounds, memory that runs out, recursion through C and back: an
//! exception, and the one that CPython raises.
//!
//! `tests/python/limits.py` has the cases, and says of each what comes out. On
//! CPython those run which it survives: an expectation that is not true there
//! would be an invention of ours.

use crate::cases::Cases;
use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::Step;
use std::time::Duration;

/// The cases.
pub const CASES: Cases = Cases {
    script: "limits",
    module: "limits_calls",
    limit: Duration::from_secs(900),
};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let step = Step::start("limits");
    let outcome = CASES.compare(verification, verification.hpyvm()?)?;
    step.done(&outcome.summary);
    Ok(outcome)
}
