//! The steps that are cargo commands.

use crate::{Outcome, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::{Finished, Job, Step, cargo};
use std::path::PathBuf;
use std::time::Duration;

/// Crates whose tests need no VM: they build in seconds.
const LIGHT: &[&str] = &[
    "hpy_loader",
    "hpyvm-properties",
    "hpyvm-bench",
    "hpyvm-examples",
    "hpyvm-fuzz",
    "hpyvm-moving-gc",
    "hpyvm-moving-suite",
    "hpyvm-small-python",
    "hpyvm-tests",
    "hpyvm-toy-vm",
];

/// Compiling all of RustPython takes minutes; this is for a slow machine.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// `cargo fmt --check`.
pub fn fmt(verification: &Verification) -> Result<Outcome> {
    run(verification, "fmt", &["--all", "--check"], &[])?;
    Ok(Outcome::passed(1, ""))
}

/// `cargo clippy`, warnings being errors. In the release profile, so that the
/// build scripts and procedural macros of RustPython's crates are compiled once.
pub fn clippy(verification: &Verification) -> Result<Outcome> {
    let arguments = [
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run_with_msrv_ignored(verification, "clippy", &arguments, &[])?;
    Ok(Outcome::passed(1, ""))
}

/// `cargo doc`, warnings being errors.
pub fn doc(verification: &Verification) -> Result<Outcome> {
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    let arguments = ["--release", "--workspace", "--no-deps"];
    run_with_msrv_ignored(verification, "doc", &arguments, &strict)?;
    Ok(Outcome::passed(1, ""))
}

/// `cargo test` of the crates that need no VM, with debug assertions.
pub fn unit(verification: &Verification) -> Result<Outcome> {
    let packages: Vec<&str> = LIGHT.iter().flat_map(|name| ["--package", name]).collect();
    let finished = run_with_msrv_ignored(verification, "test", &packages, &[])?;
    tests(&finished)
}

/// Builds `hpyvm` and what its start is compared with, so that their time is
/// booked here and not on the first step that needs them.
pub fn build(verification: &Verification) -> Result<Outcome> {
    let binary = verification.vm()?;
    plain_rustpython(verification)?;
    Ok(Outcome::passed(2, binary.display().to_string()))
}

/// `cargo test` of the VM itself.
pub fn vm(verification: &Verification) -> Result<Outcome> {
    let arguments = ["--release", "--package", "hpyvm"];
    let finished = run_with_msrv_ignored(verification, "test", &arguments, &[])?;
    tests(&finished)
}

/// RustPython without HPy, made of the same crates with the same features: an
/// example of the package `hpyvm`. Returns its path.
pub fn plain_rustpython(verification: &Verification) -> Result<PathBuf> {
    let vm = verification.vm()?;
    let binary = vm.with_file_name("examples").join("plain-rustpython");
    // Whoever brings a VM of their own brings the other along.
    if std::env::var_os("HPYVM").is_none() {
        let target = ["--package", "hpyvm", "--example", "plain-rustpython"];
        let arguments = [&["--release"], &target[..]].concat();
        run_with_msrv_ignored(verification, "build", &arguments, &[])?;
    }
    ensure!(binary.is_file(), "{} is missing", binary.display());
    Ok(binary)
}

/// The program `name` of a package. Returns its path.
pub fn program(verification: &Verification, package: &str, name: &str) -> Result<PathBuf> {
    let arguments = ["--release", "--package", package];
    run_with_msrv_ignored(verification, "build", &arguments, &[])?;
    let program = verification.project.target().join("release").join(name);
    ensure!(program.is_file(), "{} is missing", program.display());
    Ok(program)
}

/// The shared library of a package, which it calls `name`. Returns its path.
pub fn library(verification: &Verification, package: &str, name: &str) -> Result<PathBuf> {
    let arguments = ["--release", "--package", package];
    run_with_msrv_ignored(verification, "build", &arguments, &[])?;
    let release = verification.project.target().join("release");
    let library = release.join(format!("lib{name}.so"));
    ensure!(library.is_file(), "{} is missing", library.display());
    Ok(library)
}

/// The outcome of a `cargo test` that succeeded.
fn tests(finished: &Finished) -> Result<Outcome> {
    let passed = count(finished);
    ensure!(passed > 0, "cargo test ran no test");
    Ok(Outcome::passed(passed, format!("{passed} tests")))
}

/// Adds up the lines `test result: ok. N passed; ...`.
pub(crate) fn count(finished: &Finished) -> usize {
    let text = finished.text();
    let results = text.lines().filter_map(|line| {
        let (_, rest) = line.split_once("test result: ok. ")?;
        rest.split(' ').next()?.parse::<usize>().ok()
    });
    results.sum()
}

/// A cargo command that compiles; see `.cargo/config.toml` for the flag.
fn run_with_msrv_ignored(
    verification: &Verification,
    subcommand: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Finished> {
    let with_flag = [&["--ignore-rust-version"], arguments].concat();
    run(verification, subcommand, &with_flag, variables)
}

fn run(
    verification: &Verification,
    subcommand: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Finished> {
    let mut command = cargo();
    command
        .current_dir(verification.project.root())
        .arg(subcommand)
        .args(arguments);
    command.envs(variables.iter().copied());
    let mut step = Step::start(format!("cargo {subcommand}"));
    Job::new(command)
        .limit(LIMIT)
        .watch(|line| step.note(line.trim()))
        .check(&format!("cargo {subcommand}"))
}
