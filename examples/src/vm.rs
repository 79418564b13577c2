//! The `hpyvm` binary, built by cargo.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use crate::process::Job;
use crate::progress::Step;
use crate::project::{Project, cargo};

/// Which `hpyvm` to build. The default is the one that users run: the release
/// profile with the default features.
#[derive(Clone, Debug)]
pub struct VmBuild {
    /// A cargo profile.
    pub profile: String,
    variant: &'static Variant,
}

/// A choice of features and flags.
#[derive(Debug)]
struct Variant {
    label: &'static str,
    arguments: &'static [&'static str],
    /// Names a binary to use instead.
    variable: Option<&'static str>,
    /// The name under which it is kept beside the default one.
    kept: Option<&'static str>,
    /// A `--cfg` for all crates, which needs a target folder of that name.
    flag: Option<&'static str>,
}

static DEFAULT: Variant = Variant {
    label: "building hpyvm",
    arguments: &[],
    variable: Some("HPYVM"),
    kept: None,
    flag: None,
};

static SINGLE_THREADED: Variant = Variant {
    label: "building the single-threaded hpyvm",
    arguments: &["--no-default-features"],
    variable: Some("HPYVM_SINGLE_THREADED"),
    kept: Some("hpyvm-single-threaded"),
    flag: None,
};

static UNIVERSAL_ONLY: Variant = Variant {
    label: "building hpyvm without other modes",
    arguments: &[],
    variable: None,
    kept: None,
    flag: Some("hpy_loader_universal_only"),
};

impl Default for VmBuild {
    fn default() -> Self {
        Self {
            profile: "release".to_owned(),
            variant: &DEFAULT,
        }
    }
}

impl VmBuild {
    /// The VM without the `threading` feature.
    pub fn single_threaded() -> Self {
        Self {
            variant: &SINGLE_THREADED,
            ..Self::default()
        }
    }

    /// The VM that knows no other mode than the universal one.
    pub fn universal_only() -> Self {
        Self {
            variant: &UNIVERSAL_ONLY,
            ..Self::default()
        }
    }

    /// Builds the VM, showing progress unless there is nothing to do, and
    /// returns the path of the binary.
    ///
    /// The environment variable `HPYVM` (`HPYVM_SINGLE_THREADED` for the
    /// single-threaded VM) names a binary to use instead.
    pub fn build(&self, project: &Project) -> Result<PathBuf> {
        let Variant {
            label,
            arguments,
            variable,
            kept,
            flag,
        } = *self.variant;
        if let Some(variable) = variable
            && let Some(path) = std::env::var_os(variable)
        {
            // Not canonical: a link in a virtual environment is a Python of
            // its own.
            let path = std::path::absolute(path)?;
            ensure!(
                path.is_file(),
                "{variable} names {}, where there is no file",
                path.display()
            );
            return Ok(path);
        }
        let arguments = [&["--profile", &self.profile], arguments].concat();
        let binary = build_binary(project, "hpyvm", "hpyvm", &arguments, flag, label)?;
        let Some(kept) = kept else {
            return Ok(binary);
        };
        // Cargo gives all the same name; a copy keeps one from replacing the
        // other under a process that is about to start it.
        let kept = binary.with_file_name(kept);
        fs::copy(&binary, &kept)
            .with_context(|| format!("copying {} to {}", binary.display(), kept.display()))?;
        // The name belongs to the default; cargo has kept it and puts it back.
        let restored = Self {
            variant: &DEFAULT,
            ..self.clone()
        };
        restored.build(project)?;
        Ok(kept)
    }
}

/// Builds a program over the VM whose collector moves objects
/// (`examples/moving_gc`), in the release profile, and returns its path.
pub fn build_moving(project: &Project, program: &str) -> Result<PathBuf> {
    let label = format!("building {program}");
    let package = match program {
        "moving-suite" => "hpyvm-moving-suite",
        _ => "hpyvm-small-python",
    };
    build_binary(project, package, program, &["--release"], None, &label)
}

/// `cargo build` of one binary of a package; returns its path.
fn build_binary(
    project: &Project,
    package: &str,
    program: &str,
    arguments: &[&str],
    flag: Option<&str>,
    label: &str,
) -> Result<PathBuf> {
    let mut command = cargo();
    command
        .current_dir(project.root())
        .args(["build", "--ignore-rust-version", "--package", package])
        .args(["--bin", program])
        .arg("--message-format=json-render-diagnostics")
        .args(arguments)
        // The bar is drawn here, from cargo's numbers: cargo draws none into a
        // pipe unless told to.
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "160")
        .env("CARGO_TERM_COLOR", "never");
    if let Some(flag) = flag {
        let others = std::env::var("RUSTFLAGS").unwrap_or_default();
        command
            .env("CARGO_TARGET_DIR", project.target().join(flag))
            .env("RUSTFLAGS", format!("{others} --cfg {flag}"));
    }
    let mut step = None;
    let mut finished = Job::new(command)
        .watch(|line| {
            let line = line.trim();
            let interesting = line.starts_with("Compiling") || line.starts_with("Blocking");
            if let Some(progress) = Progress::parse(line) {
                // Before the first crate, this is cargo looking at what is fresh.
                if let Some(step) = &mut step {
                    Step::position(step, progress.done, progress.total);
                    step.note(progress.crates);
                }
            } else if interesting && step.is_none() {
                let step = step.insert(Step::start(label));
                step.note(line);
            }
        })
        .run()?;
    if !finished.success() {
        // What cargo prints for machines helps nobody who reads the error.
        finished.stdout.clear();
        bail!("{label}: {}", finished.failure());
    }
    let binary = executable(&finished.stdout, program)?;
    if let Some(step) = step {
        step.done(binary.display());
    }
    Ok(binary)
}

/// The path in cargo's `compiler-artifact` message for the binary.
fn executable(messages: &[u8], program: &str) -> Result<PathBuf> {
    for line in messages.split(|&byte| byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else {
            continue;
        };
        if message["reason"] == "compiler-artifact"
            && message["target"]["name"] == program
            && let Some(path) = message["executable"].as_str()
        {
            return Ok(path.into());
        }
    }
    bail!("cargo built {program} but named no executable")
}

/// One state of cargo's progress bar.
#[derive(Debug, PartialEq)]
struct Progress<'a> {
    done: u64,
    total: u64,
    crates: &'a str,
}

impl<'a> Progress<'a> {
    /// Reads `Building [=====>    ] 231/472: rustpython-vm, ruff`.
    fn parse(line: &'a str) -> Option<Self> {
        let (_, rest) = line.strip_prefix("Building [")?.split_once("] ")?;
        let (numbers, crates) = rest.split_once(':').unwrap_or((rest, ""));
        let (done, total) = numbers.split_once('/')?;
        Some(Self {
            done: done.trim().parse().ok()?,
            total: total.trim().parse().ok()?,
            crates: crates.trim(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn cargo_bars_are_understood() {
        let line = "Building [=====>        ] 231/472: rustpython-vm, ruff_python_ast(build)";
        assert_eq!(
            Progress::parse(line),
            Some(Progress {
                done: 231,
                total: 472,
                crates: "rustpython-vm, ruff_python_ast(build)"
            })
        );
        assert_eq!(Progress::parse("Compiling libc v0.2.189"), None);
        assert_eq!(Progress::parse("Building [=> ] soon"), None);
    }

    #[test]
    fn the_executable_is_taken_from_cargos_messages() {
        let messages =
            br#"{"reason":"compiler-artifact","target":{"name":"libc"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"hpyvm"},"executable":"/t/release/hpyvm"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable(messages, "hpyvm").unwrap(),
            PathBuf::from("/t/release/hpyvm")
        );
        assert!(executable(b"", "hpyvm").is_err());
    }

    #[test]
    fn a_binary_is_built_and_found() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("target");
        fs::create_dir(root.path().join("src")).unwrap();
        let manifest = "[package]\nname = \"tiny\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
        let main = root.path().join("src/main.rs");
        fs::write(&main, "fn main() { println!(\"tiny\") }").unwrap();
        let project = Project::at(root.path().to_owned(), target.clone());
        let arguments = ["--target-dir", target.to_str().unwrap()];
        let build = |arguments: &[&str], flag| {
            build_binary(&project, "tiny", "tiny", arguments, flag, "building tiny")
        };
        let run = |binary| Job::new(Command::new(binary)).check("running it").unwrap();
        assert_eq!(run(build(&arguments, None).unwrap()).text(), "tiny\n");

        fs::write(&main, "fn main() { println!(\"{}\", cfg!(flagged)) }").unwrap();
        let flagged = project.target().join("flagged");
        let binary = build(&[], Some("flagged")).unwrap();
        assert!(binary.starts_with(&flagged), "{}", binary.display());
        assert_eq!(run(binary).text(), "true\n");

        fs::write(&main, "fn main() { wrong }").unwrap();
        let error = build(&arguments, None).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("cannot find value `wrong`"), "{message}");
    }
}
