//! The reports of `hpyvm -m hpy.debug` and `hpyvm -m hpy.trace`, as a person
//! reads them.
//!
//! A script in `tests/reports` says in comments how it is run and what comes of
//! it:
//!
//! ```python
//! # run: -m hpy.debug
//! # arguments: one two
//! # environment: HPY=debug
//! # status: 1
//! untidy.leak("x")  # here: line
//!
//! #out> what it prints
//! #err>   called by <module> at debug_leaks.py:@line
//! ```
//!
//! `@line` is the number of the line that ends with the comment `here: line`, in
//! the script or in the C source. A `*` stands for a word that is another one
//! each time; in a line with one, the amount of space does not count. Paths are
//! those of the files alone.
//!
//! A process that is killed by a signal has its number, negative, as its status.
//! Scripts about another C module than `untidy.c` name it: `# module: misuse`.
//!
//! The C module is built with optimisation and without, to the same effect, and
//! `hpyvm` runs with the package `hpy` installed and without. Scripts that are
//! about a build without debug information name it: `# build: stripped`. One that
//! needs Python packages such as pytest says `# packages: needed`.
//!
//! Scripts that say `# also on: moving-gc` run on the VM whose collector moves
//! every object as well, with a collection at every allocation and with none: the
//! same reports, to the letter.

use crate::{Outcome, Python, Verification};
use anyhow::{Context, Result, bail, ensure};
use hpyvm_examples::{Extension, Job, Step, build_moving};
use regex::Regex;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// The C module of scripts that name no other one.
const MODULE: &str = "untidy";

/// What a script says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Script {
    name: String,
    run: Vec<String>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    module: Option<String>,
    build: Option<String>,
    needs_packages: bool,
    also_on_moving: bool,
    status: i32,
    out: Vec<String>,
    err: Vec<String>,
}

impl Script {
    fn parse(name: &str, text: &str) -> Result<Self> {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let mut script = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        for line in text.lines() {
            if let Some(expected) = line.strip_prefix("#out>") {
                script
                    .out
                    .push(expected.strip_prefix(' ').unwrap_or_default().to_owned());
            } else if let Some(expected) = line.strip_prefix("#err>") {
                script
                    .err
                    .push(expected.strip_prefix(' ').unwrap_or_default().to_owned());
            } else if let Some((key, value)) = line
                .strip_prefix("# ")
                .and_then(|line| line.split_once(": "))
            {
                match key {
                    "run" => script.run = words(value),
                    "arguments" => script.arguments = words(value),
                    "environment" => {
                        let variable = value.split_once('=');
                        let (name, value) = variable.context("NAME=value is needed")?;
                        script.environment.push((name.to_owned(), value.to_owned()));
                    }
                    "packages" => script.needs_packages = true,
                    "also on" => {
                        ensure!(value == "moving-gc", "{name}: there is no VM {value}");
                        script.also_on_moving = true;
                    }
                    "module" => script.module = Some(value.to_owned()),
                    "build" => script.build = Some(value.to_owned()),
                    "status" => script.status = value.parse()?,
                    _ => {}
                }
            }
        }
        ensure!(
            !script.out.is_empty() || !script.err.is_empty(),
            "{name} expects nothing"
        );
        Ok(script)
    }

    /// Runs the script on `hpyvm`.
    fn check(&self, files: &Files, python: &Python, module: &Path) -> Result<()> {
        let mut command = python.clone().with_directory(module).command()?;
        command
            .args(&self.run)
            .arg(&self.name)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned());
        self.check_command(files, command, python.name(), module)
    }

    /// Runs the script on the VM whose objects move.
    fn check_moving(&self, files: &Files, program: &Path, zeal: &str, module: &Path) -> Result<()> {
        let mut command = Command::new(program);
        command.args(["--zeal", zeal, "--path"]).arg(module);
        match &self.run[..] {
            [] => {}
            [m, mode, options @ ..] if m == "-m" && mode == "hpy.debug" => {
                command.arg("--debug").args(options);
            }
            other => bail!("{}: moving-gc has no {}", self.name, other.join(" ")),
        }
        ensure!(self.arguments.is_empty(), "{}: arguments", self.name);
        command.arg(&self.name);
        let vm = format!("moving-gc, zeal {zeal},");
        self.check_command(files, command, &vm, module)
    }

    /// Holds what a VM writes against what the script expects.
    fn check_command(
        &self,
        files: &Files,
        mut command: Command,
        vm: &str,
        module: &Path,
    ) -> Result<()> {
        let what = format!("{} with {vm} in {}", self.name, module.display());
        command.current_dir(&files.scripts);
        let finished = Job::new(command).limit(LIMIT).run()?;
        let clean = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            files.shorten(&text, module)
        };
        compare(
            &files.number(&self.out, &self.name)?,
            &clean(&finished.stdout),
        )
        .with_context(|| format!("{what}: output"))?;
        compare(
            &files.number(&self.err, &self.name)?,
            &clean(&finished.stderr),
        )
        .with_context(|| format!("{what}: report"))?;
        let status = finished
            .status
            .and_then(|status| status.code().or(status.signal().map(|signal| -signal)));
        ensure!(
            status == Some(self.status),
            "{what}: status {status:?} instead of {}",
            self.status
        );
        Ok(())
    }
}

/// Where the scripts are, and the lines that they speak of.
struct Files {
    scripts: PathBuf,
}

impl Files {
    /// Puts line numbers in the place of marks: `file:@mark`, and `line @mark` of
    /// the script itself.
    fn number(&self, expected: &[String], script: &str) -> Result<Vec<String>> {
        let reference = Regex::new(r"(?:(\w+\.\w+):|line )@([^,;()\[\]]+)")?;
        let number = |line: &String| {
            let mut numbered = line.clone();
            for found in reference.captures_iter(line) {
                let file = found.get(1).map_or(script, |file| file.as_str());
                let mark = &found[2];
                let number = self.line_of(file, mark)?;
                numbered = numbered.replacen(&format!("@{mark}"), &number.to_string(), 1);
            }
            Ok(numbered)
        };
        expected.iter().map(number).collect()
    }

    fn line_of(&self, file: &str, mark: &str) -> Result<usize> {
        let path = self.scripts.join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let ends = [format!("# here: {mark}"), format!("/* here: {mark} */")];
        let line = text
            .lines()
            .position(|line| ends.iter().any(|end| line.ends_with(end)))
            .with_context(|| format!("{file} has no line marked {mark:?}"))?;
        Ok(line + 1)
    }

    /// Takes the directories out of the paths.
    fn shorten(&self, text: &str, module: &Path) -> Vec<String> {
        let ours = [module, &self.scripts].map(|path| format!("{}/", path.display()));
        let library = Regex::new(r"(?:/[\w.+-]+)+/(\w+\.py\b)");
        text.lines()
            .map(|line| {
                let line = ours
                    .iter()
                    .fold(line.to_owned(), |line, path| line.replace(path, ""));
                match &library {
                    Ok(library) => library.replace_all(&line, "$1").into_owned(),
                    Err(_) => line,
                }
            })
            .collect()
    }
}

/// Whether `line` is what was expected.
fn matches(expected: &str, line: &str) -> Result<bool> {
    if !expected.contains('*') {
        return Ok(expected == line);
    }
    let words: Vec<String> = expected
        .split_whitespace()
        .map(|word| regex::escape(word).replace(r"\*", r"\S+"))
        .collect();
    let pattern = Regex::new(&format!(r"^\s*{}\s*$", words.join(r"\s+")))?;
    Ok(pattern.is_match(line))
}

fn compare(expected: &[String], lines: &[String]) -> Result<()> {
    let pairs = expected.iter().zip(lines);
    for (expected, line) in pairs {
        if !matches(expected, line)? {
            bail!(
                "expected {expected:?}, got {line:?}; all of it:\n{}",
                lines.join("\n")
            );
        }
    }
    ensure!(
        expected.len() == lines.len(),
        "{} lines expected, got {}:\n{}",
        expected.len(),
        lines.len(),
        lines.join("\n")
    );
    Ok(())
}

/// The module, built in the ways that the scripts want.
struct Builds<'a> {
    verification: &'a Verification,
    sources: PathBuf,
    stripped: tempfile::TempDir,
}

impl Builds<'_> {
    fn build(&self, module: &str, flags: &str) -> Result<PathBuf> {
        let toolchain = self.verification.toolchain()?;
        let sources =
            ["c", "cpp"].map(|language| self.sources.join(module).with_extension(language));
        let source = sources.iter().find(|source| source.exists());
        let source = source.with_context(|| format!("there is no module {module}"))?;
        let built = Extension::files(module, [source])
            .flags(flags)
            .build(&self.verification.project, &toolchain)?;
        Ok(built.directory)
    }

    /// The directories to run a script with.
    fn of(&self, script: &Script) -> Result<Vec<PathBuf>> {
        let module = script.module.as_deref().unwrap_or(MODULE);
        match script.build.as_deref() {
            None => Ok(vec![self.build(module, "")?, self.build(module, "-g -O0")?]),
            Some("stripped") => Ok(vec![self.strip(module)?]),
            Some(flags) => Ok(vec![self.build(module, flags)?]),
        }
    }

    fn strip(&self, module: &str) -> Result<PathBuf> {
        let directory = self.build(module, "")?;
        let name = format!("{module}.hpy0.so");
        let target = self.stripped.path().join(&name);
        let mut command = Command::new("strip");
        command.arg("-o").arg(&target).arg(directory.join(&name));
        Job::new(command).check("stripping a library")?;
        Ok(self.stripped.path().canonicalize()?)
    }
}

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let scripts = verification.project.root().join("tests/reports");
    let files = Files { scripts };
    let builds = Builds {
        verification,
        sources: files.scripts.clone(),
        stripped: tempfile::tempdir()?,
    };
    let bare = Python::new("hpyvm alone", verification.vm()?);
    let pythons = [verification.hpyvm()?, bare];
    let moving = build_moving(&verification.project, "moving-gc")?;
    let mut step = Step::start("reports of the debug and trace modes");
    let mut outcome = Outcome::default();
    let mut names = script_names(&files.scripts)?;
    names.sort();
    for name in names {
        step.note(&name);
        let script = Script::parse(&name, &fs::read_to_string(files.scripts.join(&name))?)?;
        let pythons = match script.needs_packages {
            true => &pythons[..1],
            false => &pythons[..],
        };
        let builds = builds.of(&script)?;
        for (build, python) in builds.iter().zip(pythons.iter().cycle()) {
            outcome.check(script.check(&files, python, build));
        }
        if script.also_on_moving {
            for build in &builds {
                for zeal in ["always", "off"] {
                    outcome.check(script.check_moving(&files, &moving, zeal, build));
                }
            }
        }
    }
    outcome.summary = format!("{} runs", outcome.passed + outcome.failures.len());
    step.done(&outcome.summary);
    Ok(outcome)
}

fn script_names(directory: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".py") {
            names.push(name);
        }
    }
    ensure!(!names.is_empty(), "no script in {}", directory.display());
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_how_it_is_run() {
        let text =
            "# About: all.\n# run: -m hpy.debug\n# status: 1\nx()\n#out> a\n#err>\n#err>  b\n";
        let script = Script::parse("x.py", text).unwrap();
        assert_eq!(script.run, ["-m", "hpy.debug"]);
        assert_eq!(script.status, 1);
        assert_eq!(script.out, ["a"]);
        assert_eq!(script.err, ["", " b"]);
        assert!(Script::parse("x.py", "# run: -m hpy.debug\n").is_err());
    }

    #[test]
    fn a_star_is_a_word() {
        assert!(matches("a  * c", "a 12.5   c").unwrap());
        assert!(!matches("a * c", "a c").unwrap());
        assert!(matches("x+0x*", "x+0x1f").unwrap());
        assert!(!matches("a  b", "a b").unwrap());
    }

    #[test]
    fn marks_are_lines() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("x.py"), "\nf()  # here: a b\n").unwrap();
        fs::write(directory.path().join("x.c"), "f(); /* here: a b */\n").unwrap();
        let files = Files {
            scripts: directory.path().to_owned(),
        };
        let expected = ["at x.py:@a b", "at x.c:@a b", "line @a b, in f", "x"].map(str::to_owned);
        let numbered = files.number(&expected, "x.py").unwrap();
        assert_eq!(numbered, ["at x.py:2", "at x.c:1", "line 2, in f", "x"]);
        assert!(files.number(&["x.py:@c".to_owned()], "x.py").is_err());
    }
}
