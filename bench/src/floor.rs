//! What the operations cost in RustPython itself: see `vm/examples/floors.rs`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use hpyvm_examples::{Job, Project, Step, cargo};

/// What reports call the column.
pub const NAME: &str = "RustPython";

/// Builds the program, beside the `hpyvm` whose floors it measures.
pub fn build(project: &Project) -> Result<PathBuf> {
    let mut command = cargo();
    command
        .current_dir(project.root())
        .args(["build", "--ignore-rust-version", "--release"])
        .args(["--package", "hpyvm", "--example", "floors"]);
    let mut step = Step::start("building the floors");
    Job::new(command)
        .watch(|line| step.note(line.trim()))
        .check("building the floors")?;
    step.done("");
    let program = project.target().join("release/examples/floors");
    ensure!(program.is_file(), "{} is missing", program.display());
    Ok(program)
}
