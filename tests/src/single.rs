//! The VM without threads: the same scripts over the same binaries.
//!
//! Reference counts are not atomic there and nothing waits for a lock, so it is
//! another program where it matters. What is about threads running at the same time
//! is left out: `Thread.start` runs its target to the end.

use crate::golden::Vm;
use crate::{Outcome, Python, Verification, contract, golden, limits};
use anyhow::Result;
use hpyvm_examples::{Step, VmBuild};

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let binary = VmBuild::single_threaded().build(&verification.project)?;
    let python = Python::hpyvm(verification.environment()?, &binary);
    let python = python.with_name("hpyvm-single-threaded");
    let mut outcome = golden::run(verification, |script| match script.needs_threads {
        true => Vec::new(),
        false => vec![Vm::Python(python.clone()), Vm::Debug(python.clone())],
    })?;
    let cases = [
        ("contract", &contract::CASES, "all"),
        ("limits", &limits::CASES, "single"),
    ];
    for (name, cases, mode) in cases {
        let step = Step::start(name);
        let of_cases = cases.run(verification, python.clone(), mode)?;
        step.done(&of_cases.summary);
        outcome.summary += &format!(", {name} {}", of_cases.summary);
        outcome.passed += of_cases.passed;
        outcome.failures.extend(of_cases.failures);
    }
    Ok(outcome)
}
