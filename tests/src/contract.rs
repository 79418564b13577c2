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

const CASES: Cases = Cases {
    script: "contract",
    module: "contract_breaches",
    limit: Duration::from_secs(300),
};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let step = Step::start("breaches of contract");
    let mut outcome = CASES.run(verification, verification.hpyvm()?, "all")?;
    let reference = CASES.run(verification, verification.cpython()?, "reference")?;
    outcome.summary = format!(
        "{}, {} of them as on CPython",
        outcome.summary, reference.passed
    );
    outcome.passed += reference.passed;
    outcome.failures.extend(reference.failures);
    step.done(&outcome.summary);
    Ok(outcome)
}
