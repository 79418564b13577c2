//! What the rows run on.
//!
//! An implementation is data: a name, a program, an environment. Whoever adds
//! one adds a function here that describes it, and nothing else changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use hpyvm_examples::environment::isolate;
use hpyvm_examples::{Built, Environment, Job};
use serde::Serialize;
use std::time::Duration;

/// What an implementation is to the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What all ratios are taken to.
    Baseline,
    /// HPy compiled away: what the operations cost on CPython without handles.
    Reference,
    /// `hpyvm` as users run it, which the targets are about.
    Threading,
    /// `hpyvm` without threads.
    SingleThreaded,
    /// The operations of RustPython that `hpyvm` is made of, without HPy.
    LowerBound,
    /// The same without threads.
    LowerBoundSingleThreaded,
    /// The baseline in a mode of HPy.
    BaselineIn(Mode),
    /// `hpyvm` as users run it, in a mode of HPy.
    In(Mode),
    /// The example's VM, whose collector moves every object.
    Moving,
    /// PyPy.
    Pypy,
    /// Somebody else.
    Other,
}

/// A mode of HPy other than the universal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It checks what an extension does.
    Debug,
    /// It counts and times what an extension calls.
    Trace,
}

impl Mode {
    /// As the variable `HPY` has it, and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The name of an implementation in this mode.
    pub fn column(self, implementation: &str) -> String {
        format!("{implementation} {}", self.name())
    }
}

/// One implementation of HPy, ready to be started.
#[derive(Clone, Debug)]
pub struct Implementation {
    /// What reports and `--only` call it.
    pub name: String,
    /// What it is to the comparison.
    pub role: Role,
    program: PathBuf,
    /// `PYTHONPATH`.
    path: Vec<PathBuf>,
    variables: Vec<(&'static str, String)>,
}

/// An implementation that can't take part.
#[derive(Clone, Debug, Serialize)]
pub struct Absent {
    /// What it is called.
    pub name: String,
    /// Why it is not there.
    pub reason: String,
}

/// What [`Implementation::cpython`] is called.
pub const CPYTHON: &str = "CPython";
/// What [`Implementation::cpython_abi`] is called.
pub const CPYTHON_ABI: &str = "CPython ABI";

impl Implementation {
    /// CPython with HPy's own universal mode.
    pub fn cpython(environment: &Environment, universal: &Built) -> Self {
        Self {
            name: CPYTHON.to_owned(),
            role: Role::Baseline,
            program: environment.python(),
            path: vec![universal.directory.clone()],
            variables: Vec::new(),
        }
    }

    /// CPython with the module built for CPython's own ABI.
    pub fn cpython_abi(environment: &Environment, native: &Built) -> Self {
        Self {
            name: CPYTHON_ABI.to_owned(),
            role: Role::Reference,
            path: vec![native.directory.clone()],
            ..Self::cpython(environment, native)
        }
    }

    /// The same in a mode.
    pub fn in_mode(&self, mode: Mode) -> Self {
        Self {
            name: mode.column(&self.name),
            role: match self.role {
                Role::Baseline => Role::BaselineIn(mode),
                Role::Threading => Role::In(mode),
                _ => Role::Other,
            },
            variables: vec![("HPY", mode.name().to_owned())],
            ..self.clone()
        }
    }

    /// A VM that finds universal modules by itself, as `hpyvm` does.
    pub fn vm(name: &str, role: Role, program: &Path, universal: &Built) -> Self {
        Self {
            name: name.to_owned(),
            role,
            program: program.to_owned(),
            path: vec![universal.directory.clone()],
            variables: Vec::new(),
        }
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A command to add arguments to, free of the caller's Python variables.
    pub fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        isolate(&mut command);
        command.env("PYTHONPATH", std::env::join_paths(&self.path)?);
        // The stub beside a universal module warns of the setuptools it uses.
        command.env("PYTHONWARNINGS", "ignore");
        for variable in ["HPY", "HPY_LOG", "HPY_DEBUG"] {
            command.env_remove(variable);
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        Ok(command)
    }

    /// Whether it runs the module at all: every function gives the right result.
    ///
    /// # Errors
    ///
    /// What went wrong, in one line.
    pub fn probe(&self, script: &Path) -> Result<()> {
        let mut command = self.command()?;
        command.arg(script);
        let finished = Job::new(command).limit(Duration::from_secs(60)).run()?;
        if finished.success() && finished.text().trim_end().ends_with("the module works") {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&finished.stderr).into_owned();
        let last = errors
            .trim_end()
            .lines()
            .next_back()
            .unwrap_or("no message");
        bail!("{}: {last}", finished.ending())
    }

    /// [`Self::probe`] as one sees it who only wants those who can.
    pub fn judge(self, script: &Path) -> Result<Self, Absent> {
        match self.probe(script).context("the probe fails") {
            Ok(()) => Ok(self),
            Err(error) => Err(Absent {
                name: self.name,
                reason: format!("{error:#}"),
            }),
        }
    }
}
