//! Breaches of HPy's contract: none crashes the VM or harms another object, and
//! where CPython comes to the right result, so do we.
//!
//! `tests/python/contract.py` has the cases, and says of each what comes out. On
//! CPython those run which say that it gets them right: an expectation that is
//! not true there would be an invention of ours.

use crate::cases::Cases;
use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::Step;
use std::time::Duration;

/// The cases.
pub const CASES: Cases = Cases {
    script: "contract",
    module: "contract_breaches",
    limit: Duration::from_secs(300),
};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let step = Step::start("breaches of contract");
    let outcome = CASES.compare(verification, verification.hpyvm()?)?;
    step.done(&outcome.summary);
    Ok(outcome)
}
