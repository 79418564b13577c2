//! Our own programs in debug mode: nothing is reported of modules that do nothing
//! wrong.
//!
//! The golden scripts do that as well, see [`golden`](crate::golden). The cases of
//! [`contract`](crate::contract) are not among the programs: they break rules on
//! purpose, which [`reports`](crate::reports) is about.

use crate::{Outcome, Verification, documentation, limits, proof_of_concept, soak};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::example::SCRIPT;
use hpyvm_examples::{Example, Job, Step};
use std::time::Duration;

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let python = verification.hpyvm()?.in_debug_mode();
    let parts: [(&str, Part<'_>); 5] = [
        ("limits", &|| {
            limits::CASES.run(verification, python.clone(), "all")
        }),
        ("soak", &|| {
            soak::JOBS.run(verification, python.clone(), "each")
        }),
        ("proof of concept", &|| {
            proof_of_concept::run(verification, python.clone())
        }),
        ("documentation", &|| {
            documentation::run(verification, &python)
        }),
        ("examples", &|| examples(verification)),
    ];
    let mut outcome = Outcome::default();
    for (name, run) in parts {
        let step = Step::start(format!("{name} in debug mode"));
        let part = run().with_context(|| format!("{name} in debug mode"))?;
        step.done(&part.summary);
        outcome.passed += part.passed;
        outcome.failures.extend(part.failures);
    }
    outcome.summary = format!("{} cases of {} programs", outcome.passed, parts.len());
    Ok(outcome)
}

type Part<'a> = &'a dyn Fn() -> Result<Outcome>;

/// The examples, each of which prints what it prints without the mode.
fn examples(verification: &Verification) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for example in Example::all(&verification.project)? {
        let extension = example.extension();
        let built = extension.build(&verification.project, &verification.toolchain()?)?;
        let [plain, debug] = [verification.hpyvm()?, verification.hpyvm()?.in_debug_mode()].map(
            |python| -> Result<String> {
                let what = format!("{} on {}", example.name, python.name());
                let mut command = python.with_directory(&built.directory).command()?;
                // The sources beside the script itself would be in the way.
                command.arg(SCRIPT).current_dir(&built.directory);
                let limit = Duration::from_secs(120);
                Ok(Job::new(command).limit(limit).check(&what)?.text())
            },
        );
        let (plain, debug) = (plain?, debug?);
        ensure!(plain == debug, "{} prints something else", example.name);
        outcome.check(Ok(()));
    }
    outcome.summary = format!("{} examples", outcome.passed);
    Ok(outcome)
}
