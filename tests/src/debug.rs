//! Our own programs in debug mode: nothing is reported of modules that do nothing
//! wrong.
//!
//! The golden scripts do that as well, see [`golden`](crate::golden). The cases of
//! [`contract`](crate::contract) are not among the programs: they break rules on
//! purpose, which [`reports`](crate::reports) is about.

use crate::documentation::{self, TestFile, count_passed};
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

/// HPy's own programs pass their tests, and leak. One example of its documentation
/// never closes the tracker that it got with its arguments, in either way to call it;
/// the last step of its guide to porting opens a handle of its type and never closes
/// it.
fn documentation(verification: &Verification) -> Result<Outcome> {
    let python = verification.hpyvm()?.in_debug_mode();
    let examples = documentation::examples(verification, &python)?;
    let in_examples = passed_but(
        examples,
        "0 leaked handles, 2 leaked trackers at 1 place in ",
    )?;
    let porting = documentation::porting(verification, &python)?;
    let leak = "1 leaked handle at 1 place in step_03_hpy_final";
    let in_porting = passed_but(porting, leak)?;
    let summary = format!("{in_examples} and {in_porting} tests, and their leaks");
    Ok(Outcome::passed(in_examples + in_porting, summary))
}

/// How many tests passed of a file in whose modules there is exactly this.
fn passed_but(file: TestFile, leak: &str) -> Result<usize> {
    let finished = file.job.run()?;
    let text = finished.text();
    let passed = count_passed(&text);
    let report = String::from_utf8_lossy(&finished.stderr);
    let last = report.lines().last().unwrap_or_default();
    let found = last.strip_prefix("hpy.debug: 0 violations, ");
    ensure!(
        passed > 0
            && !text.contains("FAILED")
            && found.is_some_and(|found| found.starts_with(leak)),
        "{}: {}",
        file.what,
        finished.failure()
    );
    Ok(passed)
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
