//! The properties of the context, on the VM: the same random sequences that the
//! loader's own tests play, from an extension that the VM loads as any other.

use crate::{Outcome, Verification, cargo, cases};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Job, Step};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(600);

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let directory = extension(verification)?;
    let step = Step::start("random sequences of context calls");
    let mut outcome = Outcome::default();
    for mode in ["universal", "trace", "debug"] {
        let of_mode = run(verification, &directory, mode).context(mode)?;
        outcome.passed += of_mode.passed;
        outcome.failures.extend(of_mode.failures);
    }
    outcome.summary = format!("{} cases", outcome.passed + outcome.failures.len());
    step.done(&outcome.summary);
    Ok(outcome)
}

/// Builds the extension. Returns the directory with `properties.hpy0.so`.
pub(crate) fn extension(verification: &Verification) -> Result<PathBuf> {
    let library = cargo::library(verification, "hpyvm-properties-extension", "properties")?;
    let directory = verification.project.target_subdirectory("properties")?;
    let binary = directory.join("properties.hpy0.so");
    std::fs::copy(&library, &binary)
        .with_context(|| format!("copying {} to {}", library.display(), binary.display()))?;
    Ok(directory)
}

fn run(verification: &Verification, directory: &Path, mode: &str) -> Result<Outcome> {
    let script = verification
        .project
        .root()
        .join("tests/python/check_properties.py");
    let mut command = verification.hpyvm()?.with_directory(directory).command()?;
    command.arg(script).env("HPY", mode);
    let finished = Job::new(command).limit(LIMIT).run()?;
    let outcome = cases::read(&finished.text()).with_context(|| finished.failure())?;
    ensure!(finished.success(), finished.failure());
    Ok(outcome)
}
