//! Our own programs in debug mode: nothing is reported of modules that do nothing
//! wrong.
//!
//! The golden scripts do that as well, see [`golden`](crate::golden). The cases of
//! [`contract`](crate::contract) are not among the programs: they break rules on
//! purpose, which [`reports`](crate::reports) is about.

use crate::documentation::{self, count_passed, passed};
use crate::{Outcome, Verification, limits, proof_of_concept, soak};
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
        ("documentation", &|| documentation(verification)),
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

/// The documentation's examples are right. The last step of its guide to porting is
/// not: it opens a handle of its type and never closes it.
fn documentation(verification: &Verification) -> Result<Outcome> {
    const LEAK: &str = "hpy.debug: 0 violations, 1 leaked handle at 1 place in step_03_hpy_final";
    let python = verification.hpyvm()?.in_debug_mode();
    let in_examples = passed(documentation::examples(verification, &python)?)?;
    let porting = documentation::porting(verification, &python)?;
    let finished = porting.job.run()?;
    let in_porting = count_passed(&finished.text());
    let report = String::from_utf8_lossy(&finished.stderr);
    ensure!(
        in_porting > 0 && report.trim_end().ends_with(LEAK),
        "{}: {}",
        porting.what,
        finished.failure()
    );
    let summary = format!("{in_examples} and {in_porting} tests, and a leak in the latter");
    Ok(Outcome::passed(in_examples + in_porting, summary))
}

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
