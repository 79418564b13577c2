//! The universal mode pays nothing for the other modes: it executes as many
//! instructions as in a build without them.
//!
//! Valgrind counts, which gives the same figure every time, whatever else the
//! machine does. What counts is what runs inside of some functions: loops of the
//! comparison's C module around calls of the context, and what calls its functions
//! from Python. So neither the VM's start nor its interpreter is in the figures. The
//! allocator is not either, in whose state the length of the program's path shows.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Extension, Job, Step, VmBuild};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What runs. Every part does everything so often.
const SCRIPT: &str = "
import overhead
n, o, v = 1000, object(), overhead.Vector()
overhead.dup_close(n, o)
overhead.is_other(n, o, [])
overhead.type_check(n, v, overhead.Vector)
overhead.long_small(n)
overhead.add_immediates(n)
overhead.as_struct(n, v)
noargs, one = overhead.noargs, overhead.one
for i in range(n):
    noargs(), one(i), v.norm(), v.same(i), len(v)
";

/// The parts: what each is called, the fewest instructions that make sense for it, and the
/// functions inside of which instructions count. None of a part's calls another one of it.
/// If there are fewer instructions, a function has another name by now.
const PARTS: [(&str, u64, &[&str]); 2] = [
    (
        "calls of the context",
        100_000,
        &[
            "dup_close_impl",
            "is_other_impl",
            "type_check_impl",
            "long_small_impl",
            "add_immediates_impl",
            "as_struct_impl",
        ],
    ),
    (
        "calls of C",
        500_000,
        &[
            "hpy_loader::call::method::noargs",
            "hpy_loader::call::method::o",
            "hpy_loader::call::slot::*HPyFunc_lenfunc>::invoke",
        ],
    ),
];

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut version = Command::new("valgrind");
    version.arg("--version").stdin(Stdio::null());
    if !version.output().is_ok_and(|output| output.status.success()) {
        return Ok(Outcome::passed(1, "valgrind is not installed: skipped"));
    }
    let project = &verification.project;
    let sources = project.root().join("bench/modules/overhead");
    let module = Extension::directory("overhead", sources)
        .build(project, &verification.toolchain()?)?
        .directory;
    let alone = VmBuild::universal_only().build(project)?;
    let all = verification.vm()?;
    let mut outcome = Outcome::default();
    let mut notes = Vec::new();
    for (name, least, functions) in PARTS {
        let mut step = Step::start(name);
        let counts = [all, &alone].map(|vm| {
            step.note(vm.display().to_string());
            count(vm, &module, functions)
        });
        let [with, without] = counts;
        let (with, without) = (with?, without?);
        outcome.check(same(name, least, with, without));
        let note = format!("{with} instructions in {name}");
        step.done(&note);
        notes.push(note);
    }
    outcome.summary = notes.join(", ");
    Ok(outcome)
}

fn same(name: &str, least: u64, with: u64, without: u64) -> Result<()> {
    ensure!(
        with == without,
        "{name} take {with} instructions, and {without} in a build without other modes"
    );
    ensure!(with > least, "{name} take {with} instructions: too few");
    Ok(())
}

/// The instructions inside of `functions`.
fn count(vm: &Path, module: &Path, functions: &[&str]) -> Result<u64> {
    let python = Python::new("hpyvm", vm).with_directory(module).command()?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.args(
        functions
            .iter()
            .map(|name| format!("--toggle-collect={name}")),
    );
    command.arg(python.get_program()).args(python.get_args());
    for (name, value) in python.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["-c", SCRIPT]);
    let finished = Job::new(command)
        .limit(Duration::from_secs(600))
        .check("counting instructions")?;
    collected(&String::from_utf8_lossy(&finished.stderr))
        .with_context(|| format!("valgrind has counted nothing:\n{}", finished.text()))
}

/// The figure in `==123== Collected : 456`.
fn collected(report: &str) -> Option<u64> {
    let (_, rest) = report.split_once("Collected :")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instruction_is_too_many() {
        let count = collected("==1== \n==1== Collected : 3423395\n==1== \n");
        assert_eq!(count, Some(3_423_395));
        assert_eq!(collected("==1== Events    : Ir"), None);
        assert!(same("calls", 100_000, 200_000, 200_000).is_ok());
        assert!(same("calls", 100_000, 200_001, 200_000).is_err());
        assert!(same("calls", 100_000, 10, 10).is_err());
    }
}
