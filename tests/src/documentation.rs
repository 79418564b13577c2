//! The examples of HPy's documentation and its guide to porting, built by CPython
//! and tested by upstream's own test files under `hpyvm -m pytest`.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Built, Extension, Job, Step};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The C files of `docs/examples` that are modules by themselves, without
/// CPython's own API.
const EXAMPLES: &[&str] = &[
    "simple-example/simple.c",
    "quickstart/quickstart.c",
    "hpytype-example/simple_type.c",
    "hpytype-example/builtin_type.c",
    "snippets/hpyvarargs.c",
    "snippets/snippets.c",
    "snippets/hpycall.c",
];

/// The last step of the guide, the only one without CPython's API.
const FINAL_STEP: &str = "step_03_hpy_final";

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    run(verification, &verification.hpyvm()?)
}

/// The tests on `python`.
pub fn run(verification: &Verification, python: &Python) -> Result<Outcome> {
    let docs = verification.sdist()?.root().join("docs");

    let examples = docs.join("examples");
    let sources: Vec<PathBuf> = EXAMPLES.iter().map(|file| examples.join(file)).collect();
    let tests = examples.join("tests.py");
    let in_examples = run_file(verification, python, &sources, &tests, &[])?;

    let porting = docs.join("porting-example/steps");
    let sources = [porting.join(FINAL_STEP).with_extension("c")];
    let tests = porting.join("test_porting_example.py");
    let selection = ["-k", FINAL_STEP];
    let in_porting = run_file(verification, python, &sources, &tests, &selection)?;

    let passed = in_examples + in_porting;
    let summary = format!("{in_examples} of docs/examples, {in_porting} of the porting guide");
    Ok(Outcome::passed(passed, summary))
}

/// Builds the modules and runs one test file over them; returns the number of
/// tests, all of which passed.
fn run_file(
    verification: &Verification,
    python: &Python,
    sources: &[PathBuf],
    tests: &Path,
    selection: &[&str],
) -> Result<usize> {
    let plugins = verification.project.root().join("tests/python");
    let mut python = python.clone().with_directory(&plugins);
    for source in sources {
        python = python.with_directory(&build(verification, source)?.directory);
    }
    let name = tests
        .file_name()
        .context("a test file has a name")?
        .to_string_lossy();
    let what = format!("{name} on {}", python.name());
    let step = Step::start(&what);
    let finished = Job::new(pytest(&python, tests, selection)?)
        .limit(Duration::from_secs(300))
        .check(&what)?;
    let text = finished.text();
    let passed = text
        .lines()
        .filter(|line| line.contains(" PASSED "))
        .count();
    ensure!(passed > 0, "no test of {name} ran:\n{text}");
    step.done(format!("{passed} tests"));
    Ok(passed)
}

fn build(verification: &Verification, source: &Path) -> Result<Built> {
    let module = source
        .file_stem()
        .and_then(|stem| stem.to_str())
        .with_context(|| format!("{} is no module", source.display()))?;
    Extension::files(module, [source]).build(&verification.project, &verification.toolchain()?)
}

fn pytest(python: &Python, tests: &Path, selection: &[&str]) -> Result<std::process::Command> {
    let mut command = python.command()?;
    command
        .args(["-m", "pytest", "-v", "-p", "no:cacheprovider"])
        .args(["-p", "hpyvm_documentation", "--rootdir"])
        .arg(tests.parent().context("a test file lies in a directory")?)
        .args(selection)
        .arg(tests);
    Ok(command)
}
