//! The steps of the verification, in order.

use crate::{
    Outcome, Verification, cargo, command_line, compare, contract, debug, demo, differential,
    documentation, fuzz, golden, headers, limits, malformed, moving, proof_of_concept, properties,
    reports, sanitizers, scaling, single, soak, startup, suite, universal,
};
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
        name: "build",
        about: "hpyvm builds, and the plain RustPython that it is compared with",
        run: cargo::build,
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
        name: "sanitizers",
        about: "Miri over the loader, AddressSanitizer over the moving heap, where nightly is",
        run: sanitizers::step,
    },
    StepInfo {
        name: "vm",
        about: "the tests of the VM's own crate",
        run: cargo::vm,
    },
    StepInfo {
        name: "headers",
        about: "the loader's view of the ABI, judged by the C compiler",
        run: headers::step,
    },
    StepInfo {
        name: "golden",
        about: "scripts with known output, on hpyvm and on CPython",
        run: golden::step,
    },
    StepInfo {
        name: "malformed",
        about: "files that are no universal module, imported: errors, no crash",
        run: malformed::step,
    },
    StepInfo {
        name: "contract",
        about: "handles closed twice, used after closing, kept: no crash, right results",
        run: contract::step,
    },
    StepInfo {
        name: "properties",
        about: "random sequences of context calls behave like a model of them",
        run: properties::step,
    },
    StepInfo {
        name: "fuzz",
        about: "hostile calls of every context function, on every VM, in every mode",
        run: fuzz::step,
    },
    StepInfo {
        name: "limits",
        about: "huge sizes, no memory, recursion through C: CPython's exceptions",
        run: limits::step,
    },
    StepInfo {
        name: "scaling",
        about: "what is done 4n times takes 4 times as long, and leaves nothing behind",
        run: scaling::step,
    },
    StepInfo {
        name: "soak",
        about: "millions of calls and objects leave memory and handles as they were",
        run: soak::step,
    },
    StepInfo {
        name: "single",
        about: "the VM without threads: golden scripts, contract and limits",
        run: single::step,
    },
    StepInfo {
        name: "differential",
        about: "random calls of C modules: the same on hpyvm as on CPython",
        run: differential::step,
    },
    StepInfo {
        name: "poc",
        about: "HPy's proof of concept under hpyvm -m pytest",
        run: proof_of_concept::step,
    },
    StepInfo {
        name: "documentation",
        about: "the examples of HPy's documentation, and its guide to porting",
        run: documentation::step,
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
    StepInfo {
        name: "exchange",
        about: "the same on hpyvm over binaries that CPython has built",
        run: suite::from_cpython,
    },
    StepInfo {
        name: "moving",
        about: "the same on a VM whose collector moves every object at every allocation",
        run: moving::step,
    },
    StepInfo {
        name: "tools",
        about: "-c, -m, scripts, the prompt; pytest and pip",
        run: command_line::step,
    },
    StepInfo {
        name: "debug",
        about: "our own programs in debug mode: no false report",
        run: debug::step,
    },
    StepInfo {
        name: "reports",
        about: "what hpyvm -m hpy.debug and -m hpy.trace say of known programs",
        run: reports::step,
    },
    StepInfo {
        name: "compare",
        about: "cargo compare: every row runs on both VMs; nothing is slower by far",
        run: compare::step,
    },
    StepInfo {
        name: "universal",
        about: "other modes cost the universal one no instruction, where valgrind is",
        run: universal::step,
    },
    StepInfo {
        name: "startup",
        about: "hpyvm starts nearly as fast as plain RustPython",
        run: startup::step,
    },
    StepInfo {
        name: "demo",
        about: "cargo demo: the same script over the same binaries on both VMs",
        run: demo::step,
    },
    StepInfo {
        name: "demo-moving",
        about: "cargo demo-moving: the demo's binaries while every object moves",
        run: demo::moving,
    },
];
