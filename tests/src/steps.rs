//! The steps of the verification, in order.

use crate::{Outcome, Verification, cargo, headers, suite};
use anyhow::Result;

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct StepInfo {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it makes sure of.
    pub about: &'static str,
    /// Does it.
    pub run: fn(&Verification) -> Result<Outcome>,
}

/// Every step. What is quick and finds most comes first; the VM is built
/// before anything needs it, so that its time is not booked elsewhere.
pub const STEPS: &[StepInfo] = &[
    StepInfo {
        name: "fmt",
        about: "the Rust sources are formatted",
        run: cargo::fmt,
    },
    StepInfo {
        name: "clippy",
        about: "no lint has anything to say",
        run: cargo::clippy,
    },
    StepInfo {
        name: "doc",
        about: "the documentation builds without warnings",
        run: cargo::doc,
    },
    StepInfo {
        name: "unit",
        about: "unit and property tests of the crates that need no VM",
        run: cargo::unit,
    },
    StepInfo {
        name: "build",
        about: "hpyvm builds, and its own tests pass",
        run: cargo::build,
    },
    StepInfo {
        name: "headers",
        about: "the loader's view of the ABI, judged by the C compiler",
        run: headers::step,
    },
    StepInfo {
        name: "reference",
        about: "HPy's own test suite on CPython: the runner itself is right",
        run: suite::reference,
    },
    StepInfo {
        name: "suite",
        about: "HPy's own test suite on hpyvm; nothing that passed before fails",
        run: suite::step,
    },
];
