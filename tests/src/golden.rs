//! Golden scripts: Python programs whose output is known.
//!
//! A script in `tests/golden` says in comments which C modules it needs and
//! what it prints:
//!
//! ```python
//! # module: signatures
//! import signatures
//! print(signatures.same(3))  #> 3
//! ```
//!
//! The comments `#> ` are the expected output, in the order in which they
//! stand in the file; on a line of their own they continue the one before.
//! Each script runs on CPython as well, over the same binaries: an expectation
//! that is not true there would be an invention of ours. The exception is a
//! script with `# only: hpyvm`, about promises that HPy leaves open and this VM
//! makes. With `# also: moving-gc` it runs on the moving VM too, which collects
//! at every allocation meanwhile.

use crate::{Outcome, Verification};
use anyhow::{Context, Result, bail, ensure};
use hpyvm_examples::{Extension, Job, Step, build_moving};
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
    /// The C modules that it imports, from `tests/modules`.
    pub modules: Vec<String>,
    /// Whether it makes no sense on CPython.
    pub only_hpyvm: bool,
    /// Whether it runs on the moving VM as well.
    pub also_moving: bool,
    /// What it prints.
    pub expected: String,
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
            also_moving: false,
            expected: String::new(),
        };
        for line in text.lines() {
            if let Some(module) = line.strip_prefix("# module: ") {
                script.modules.push(module.trim().to_owned());
            } else if line.trim() == "# only: hpyvm" {
                script.only_hpyvm = true;
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

    /// Runs the script and holds its output against the comments.
    fn check(&self, vm: &str, mut command: Command) -> Result<()> {
        let what = format!("{} on {vm}", self.name());
        command.arg(&self.path);
        let finished = Job::new(command).limit(LIMIT).run()?;
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

/// The verification's step: every golden script.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let root = verification.project.root().join("tests");
    let scripts = scripts(&root.join("golden"))?;
    let hpyvm = verification.hpyvm()?;
    let cpython = verification.cpython()?;
    let moving = build_moving(&verification.project, "moving-gc")?;
    let mut step = Step::start("golden scripts");
    let mut outcome = Outcome::default();
    for (position, script) in scripts.iter().enumerate() {
        step.position(position as u64, scripts.len() as u64);
        step.note(script.name());
        let mut pythons = vec![hpyvm.clone()];
        if !script.only_hpyvm {
            pythons.push(cpython.clone());
        }
        let directories = directories(verification, script)?;
        for mut python in pythons {
            for directory in &directories {
                python = python.with_directory(directory);
            }
            outcome.check(script.check(python.name(), python.command()?));
        }
        if script.also_moving {
            let mut command = Command::new(&moving);
            command.args(["--zeal", "always"]);
            for directory in &directories {
                command.arg("--path").arg(directory);
            }
            outcome.check(script.check("the moving VM", command));
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
    for module in &script.modules {
        let source = tests.join("modules").join(module).with_extension("c");
        let built = Extension::files(module, [source]).build(&verification.project, &toolchain)?;
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
            "# About.\n# module: a\n# module: b\nprint(1)  #> 1\nif x:\n    #> two  \nprint()\n";
        let script = Script::parse(Path::new("x.py"), text);
        assert_eq!(script.modules, ["a", "b"]);
        assert_eq!(script.expected, "1\ntwo  \n");
        assert!(!script.only_hpyvm && !script.also_moving);
        let script = Script::parse(Path::new("x.py"), "# only: hpyvm\n# also: moving-gc\n");
        assert!(script.only_hpyvm && script.also_moving);
    }
}
