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
    let python = verification.hpyvm()?;
    let in_examples = passed(examples(verification, &python)?)?;
    let in_porting = passed(porting(verification, &python)?)?;

    let passed = in_examples + in_porting;
    let summary = format!("{in_examples} of docs/examples, {in_porting} of the porting guide");
    Ok(Outcome::passed(passed, summary))
}

/// One test file over the modules that it needs.
pub struct TestFile {
    /// What runs on what.
    pub what: String,
    /// Runs it.
    pub job: Job<'static>,
}

/// The examples' tests.
pub fn examples(verification: &Verification, python: &Python) -> Result<TestFile> {
    let examples = verification.sdist()?.root().join("docs/examples");
    let sources: Vec<PathBuf> = EXAMPLES.iter().map(|file| examples.join(file)).collect();
    prepare(
        verification,
        python,
        &sources,
        &examples.join("tests.py"),
        &[],
    )
}

/// The tests of the porting guide's last step.
pub fn porting(verification: &Verification, python: &Python) -> Result<TestFile> {
    let steps = verification
        .sdist()?
        .root()
        .join("docs/porting-example/steps");
    let sources = [steps.join(FINAL_STEP).with_extension("c")];
    let tests = steps.join("test_porting_example.py");
    prepare(verification, python, &sources, &tests, &["-k", FINAL_STEP])
}

/// Builds the modules of one test file.
fn prepare(
    verification: &Verification,
    python: &Python,
    sources: &[PathBuf],
    tests: &Path,
    selection: &[&str],
) -> Result<TestFile> {
    let plugins = verification.project.root().join("tests/python");
    let mut python = python.clone().with_directory(&plugins);
    for source in sources {
        python = python.with_directory(&build(verification, source)?.directory);
    }
    let name = tests
        .file_name()
        .context("a test file has a name")?
        .to_string_lossy();
    Ok(TestFile {
        what: format!("{name} on {}", python.name()),
        job: Job::new(pytest(&python, tests, selection)?).limit(Duration::from_secs(300)),
    })
}

/// Runs a file; the number of its tests, all of which passed.
pub fn passed(file: TestFile) -> Result<usize> {
    let step = Step::start(&file.what);
    let finished = file.job.check(&file.what)?;
    let passed = count_passed(&finished.text());
    ensure!(
        passed > 0,
        "no test ran, {}:\n{}",
        file.what,
        finished.text()
    );
    step.done(format!("{passed} tests"));
    Ok(passed)
}

/// The tests that passed, by pytest's output.
pub fn count_passed(text: &str) -> usize {
    text.lines()
        .filter(|line| line.contains(" PASSED "))
        .count()
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
