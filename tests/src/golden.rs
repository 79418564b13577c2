//! Golden scripts: Python programs whose output is known.
//!
//! A script in `tests/golden` says in comments which C modules it needs and
//! what it prints:
//!
//! ```python
//! # module: hpylist
//! import hpylist
//! print(hpylist.build(1, 2))  #> [2, 1]
//! ```
//!
//! Scripts and modules are named by the functions of the API that they are about:
//! `test_hpylist.py` and `hpylist.c` are about `HPyList_*` (see `tests/README.md`).
//!
//! The comments `#> ` are the expected output, in the order in which they
//! stand in the file; on a line of their own they continue the one before.
//! Each script runs on CPython as well, over the same binaries: an expectation
//! that is not true there would be an invention of ours. The exception is a
//! script with `# only: hpyvm`, about promises that HPy leaves open and this VM
//! makes. `# needs: threads` keeps a script from the VM without them.
//!
//! Each script also runs in debug mode, to the same effect and without a word
//! about its modules. Those of a script with `# debug: breaks rules` do wrong on
//! purpose, and that must be found.
//!
//! A module is built for the universal ABI, or for the hybrid one if the comment is
//! `# hybrid: name`.
//!
//! With `# also: moving-gc` a script runs on the moving VM too, which collects at
//! every allocation meanwhile.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, bail, ensure};
use hpyvm_examples::{Abi, Extension, Job, Step, build_moving};
use similar::TextDiff;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// No script takes seconds; a VM in a dead end does.
const LIMIT: Duration = Duration::from_secs(60);

/// A script and what it says of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Script {
    /// Where it is.
    pub path: PathBuf,
    /// The C and C++ modules that it imports, from `tests/modules`, and their ABIs.
    pub modules: Vec<(String, Abi)>,
    /// Whether it makes no sense on CPython.
    pub only_hpyvm: bool,
    /// Whether it makes no sense where threads do not run at the same time.
    pub needs_threads: bool,
    /// Whether debug mode has something to say about it.
    pub breaks_rules: bool,
    /// Whether it runs on the moving VM as well.
    pub also_moving: bool,
    /// What it prints.
    pub expected: String,
}

/// What a script runs on.
#[derive(Debug, Clone)]
pub enum Vm {
    /// As users have it.
    Python(Python),
    /// With `-m hpy.debug`.
    Debug(Python),
    /// The VM whose collector moves objects, by its path.
    Moving(PathBuf),
}

impl Vm {
    fn name(&self) -> String {
        match self {
            Vm::Python(python) => python.name().to_owned(),
            Vm::Debug(python) => format!("{} in debug mode", python.name()),
            Vm::Moving(_) => "the moving VM".to_owned(),
        }
    }

    /// A command that finds modules in these directories.
    fn command(&self, directories: &[PathBuf]) -> Result<Command> {
        let found = |python: &Python| {
            let python = python.clone();
            directories
                .iter()
                .fold(python, |python, directory| python.with_directory(directory))
        };
        match self {
            Vm::Python(python) => found(python).command(),
            Vm::Debug(python) => found(python).in_debug_mode().command(),
            Vm::Moving(path) => {
                let mut command = Command::new(path);
                command.args(["--zeal", "always"]);
                for directory in directories {
                    command.arg("--path").arg(directory);
                }
                Ok(command)
            }
        }
    }
}

impl Script {
    /// Reads a script's comments.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let script = Self::parse(path, &text);
        ensure!(
            !script.modules.is_empty() && !script.expected.is_empty(),
            "{} names no module or expects nothing",
            path.display()
        );
        Ok(script)
    }

    fn parse(path: &Path, text: &str) -> Self {
        let mut script = Self {
            path: path.to_owned(),
            modules: Vec::new(),
            only_hpyvm: false,
            needs_threads: false,
            breaks_rules: false,
            also_moving: false,
            expected: String::new(),
        };
        for line in text.lines() {
            if let Some(module) = line.strip_prefix("# module: ") {
                script
                    .modules
                    .push((module.trim().to_owned(), Abi::Universal));
            } else if let Some(module) = line.strip_prefix("# hybrid: ") {
                script.modules.push((module.trim().to_owned(), Abi::Hybrid));
            } else if line.trim() == "# only: hpyvm" {
                script.only_hpyvm = true;
            } else if line.trim() == "# needs: threads" {
                script.needs_threads = true;
            } else if line.trim() == "# debug: breaks rules" {
                script.breaks_rules = true;
            } else if line.trim() == "# also: moving-gc" {
                script.also_moving = true;
            } else if let Some((_, expected)) = line.split_once("#> ") {
                script.expected.push_str(expected);
                script.expected.push('\n');
            }
        }
        script
    }

    fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Runs the script and judges it.
    fn check(&self, vm: &Vm, directories: &[PathBuf]) -> Result<()> {
        let what = format!("{} on {}", self.name(), vm.name());
        let mut command = vm.command(directories)?;
        command.arg(&self.path);
        let finished = Job::new(command).limit(LIMIT).run()?;
        if self.breaks_rules && matches!(vm, Vm::Debug(_)) {
            let report = String::from_utf8_lossy(&finished.stderr);
            let status = finished.status.and_then(|status| status.code());
            ensure!(
                status == Some(1) && report.contains("\nhpy.debug: "),
                "{what}: no report: {}",
                finished.failure()
            );
            return Ok(());
        }
        let printed = finished.text();
        if printed != self.expected {
            let diff = TextDiff::from_lines(&self.expected, &printed);
            let mut unified = diff.unified_diff();
            let unified = unified.context_radius(2).header("expected", "printed");
            bail!(
                "{what} prints something else\n{unified}{}",
                finished.failure()
            );
        }
        ensure!(finished.success(), "{what}: {}", finished.failure());
        Ok(())
    }
}

/// The verification's step: every golden script, on all that it makes sense on.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let (hpyvm, cpython) = (verification.hpyvm()?, verification.cpython()?);
    let moving = build_moving(&verification.project, "moving-gc")?;
    run(verification, |script| {
        let mut vms = vec![Vm::Python(hpyvm.clone()), Vm::Debug(hpyvm.clone())];
        if !script.only_hpyvm {
            vms.push(Vm::Python(cpython.clone()));
        }
        if script.also_moving {
            vms.push(Vm::Moving(moving.clone()));
        }
        vms
    })
}

/// Every golden script on what `vms` names for it.
pub fn run(verification: &Verification, vms: impl Fn(&Script) -> Vec<Vm>) -> Result<Outcome> {
    let root = verification.project.root().join("tests");
    let scripts = scripts(&root.join("golden"))?;
    let mut step = Step::start("golden scripts");
    let mut outcome = Outcome::default();
    for (position, script) in scripts.iter().enumerate() {
        step.position(position as u64, scripts.len() as u64);
        step.note(script.name());
        let directories = directories(verification, script)?;
        for vm in vms(script) {
            outcome.check(script.check(&vm, &directories));
        }
    }
    outcome.summary = format!("{} scripts", scripts.len());
    step.done(&outcome.summary);
    Ok(outcome)
}

/// Where a script's modules are, and what all scripts share.
fn directories(verification: &Verification, script: &Script) -> Result<Vec<PathBuf>> {
    let tests = verification.project.root().join("tests");
    let toolchain = verification.toolchain()?;
    let mut directories = vec![tests.join("python")];
    for (module, abi) in &script.modules {
        let source = tests.join("modules").join(module);
        let source = ["c", "cpp"].map(|suffix| source.with_extension(suffix));
        let source = source.into_iter().find(|source| source.exists());
        let source = source.with_context(|| format!("no source of {module}"))?;
        let extension = Extension::files(module, [source]).abi(*abi);
        let built = extension.build(&verification.project, &toolchain)?;
        directories.push(built.directory);
    }
    Ok(directories)
}

fn scripts(directory: &Path) -> Result<Vec<Script>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|suffix| suffix == "py") {
            paths.push(path);
        }
    }
    paths.sort();
    ensure!(!paths.is_empty(), "no script in {}", directory.display());
    paths.iter().map(|path| Script::read(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_what_it_needs_and_prints() {
        let text =
            "# About.\n# module: a\n# hybrid: b\nprint(1)  #> 1\nif x:\n    #> two  \nprint()\n";
        let script = Script::parse(Path::new("x.py"), text);
        let modules = [("a", Abi::Universal), ("b", Abi::Hybrid)];
        assert_eq!(
            script.modules,
            modules.map(|(name, abi)| (name.to_owned(), abi))
        );
        assert_eq!(script.expected, "1\ntwo  \n");
        assert!(!script.only_hpyvm);
        let script = Script::parse(Path::new("x.py"), "# only: hpyvm\n");
        assert!(script.only_hpyvm && !script.needs_threads);
        let script = Script::parse(Path::new("x.py"), "# needs: threads\n");
        assert!(script.needs_threads);
        assert!(!script.only_hpyvm && !script.also_moving);
        let script = Script::parse(Path::new("x.py"), "# only: hpyvm\n# also: moving-gc\n");
        assert!(script.only_hpyvm && script.also_moving);
    }
}
