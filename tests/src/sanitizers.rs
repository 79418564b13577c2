//! Memory errors that tests alone do not show: Miri over the loader, and
//! AddressSanitizer over the moving heap.
//!
//! Both need a nightly toolchain, and Miri its component:
//!
//! ```text
//! MIRIFLAGS="-Zmiri-permissive-provenance -Zmiri-ignore-leaks" \
//!     cargo +nightly miri test --ignore-rust-version -p hpy_loader --lib --test context
//! RUSTFLAGS=-Zsanitizer=address ASAN_OPTIONS=detect_leaks=0 \
//!     cargo +nightly test --ignore-rust-version --target x86_64-unknown-linux-gnu \
//!     -p hpyvm-moving-gc --lib --test heap
//! ```
//!
//! The first, as it stands, takes an hour; this step runs the part of it that
//! `UNDER_MIRI` selects. Miri takes no library that was compiled from C, so it
//! sees the loader with the toy VM, under extensions that are written in Rust.
//! Loaders and VMs live as long as the process, which is why nobody looks for leaks.

use crate::{Outcome, Verification};
use anyhow::Result;
use hpyvm_examples::{Job, Step};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Parts of the names of the tests that run under Miri: handles and frames,
/// members, and modules with functions.
const UNDER_MIRI: &[&str] = &[
    "references",
    "frame",
    "hpymember::single",
    "hpymodule::single",
];

/// Compiling the standard library for Miri is part of it.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut notes = Vec::new();
    let mut miri = nightly(verification, &["miri", "test"]);
    miri.args([
        "--package",
        "hpy_loader",
        "--lib",
        "--test",
        "context",
        "--",
    ])
    .args(UNDER_MIRI)
    .env(
        "MIRIFLAGS",
        "-Zmiri-permissive-provenance -Zmiri-ignore-leaks",
    );
    run(
        verification,
        "Miri",
        // Fails without the sources of the standard library, too.
        &["miri", "setup"],
        miri,
        &mut outcome,
        &mut notes,
    );
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut address = nightly(verification, &["test"]);
    address
        .args(["--target", &target, "--package", "hpyvm-moving-gc"])
        .args(["--lib", "--test", "heap"])
        .env("RUSTFLAGS", "-Zsanitizer=address")
        .env("ASAN_OPTIONS", "detect_leaks=0");
    run(
        verification,
        "AddressSanitizer",
        &["--version"],
        address,
        &mut outcome,
        &mut notes,
    );
    outcome.summary = notes.join("; ");
    Ok(outcome)
}

/// A cargo command of the nightly toolchain, with a target directory of its own.
fn nightly(verification: &Verification, subcommand: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo"])
        .args(subcommand)
        .arg("--ignore-rust-version")
        .current_dir(verification.project.root())
        .env(
            "CARGO_TARGET_DIR",
            verification.project.target().join("sanitizers"),
        );
    // What the cargo that runs us has set is for its own toolchain.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command
}

/// Runs `command` if the tool is there; otherwise says that it is not, which
/// counts as the one check that could be made.
fn run(
    verification: &Verification,
    tool: &str,
    question: &[&str],
    command: Command,
    outcome: &mut Outcome,
    notes: &mut Vec<String>,
) {
    let mut version = Command::new("rustup");
    version
        .args(["run", "nightly", "cargo"])
        .args(question)
        .current_dir(verification.project.root())
        .env_remove("RUSTUP_TOOLCHAIN")
        .stdin(Stdio::null());
    if !version.output().is_ok_and(|output| output.status.success()) {
        outcome.passed += 1;
        notes.push(format!("{tool} is not installed for nightly: skipped"));
        return;
    }
    let mut step = Step::start(tool);
    let finished = Job::new(command)
        .limit(LIMIT)
        .watch(|line| step.note(line.trim()))
        .check(tool);
    match finished {
        Ok(finished) => {
            let passed = crate::cargo::count(&finished);
            outcome.passed += passed;
            notes.push(format!("{passed} tests under {tool}"));
            step.done(format!("{passed} tests"));
        }
        Err(error) => outcome.failures.push(format!("{error:#}")),
    }
}
