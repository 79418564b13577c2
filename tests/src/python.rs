//! The two ways to run a Python script: `hpyvm`, and CPython beside it.

use anyhow::Result;
use hpyvm_examples::Environment;
use hpyvm_examples::environment::isolate;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python with what it finds on its path.
#[derive(Debug, Clone)]
pub struct Python {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    path: Vec<PathBuf>,
    variables: Vec<(String, PathBuf)>,
}

impl Python {
    /// A program with nothing on its path.
    pub fn new(name: &str, program: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            arguments: Vec::new(),
            path: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// An environment's CPython, which finds the environment by itself.
    pub fn cpython(environment: &Environment) -> Self {
        Self::new("CPython", &environment.python())
    }

    /// `hpyvm` with the pure Python packages of an environment.
    pub fn hpyvm(environment: &Environment, binary: &Path) -> Self {
        Self {
            path: environment.python_path(),
            ..Self::new("hpyvm", binary)
        }
    }

    /// The same under another name.
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The same with a directory in front of its path.
    pub fn with_directory(mut self, directory: &Path) -> Self {
        self.path.insert(0, directory.to_owned());
        self
    }

    /// The same with an argument before those of [`Python::command`].
    pub fn with_argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// `hpyvm` with a program's HPy modules in debug mode. It fails if there is
    /// anything to report.
    pub fn in_debug_mode(self) -> Self {
        let name = format!("{} in debug mode", self.name);
        self.with_name(&name)
            .with_argument("-m")
            .with_argument("hpy.debug")
    }

    /// The same under another name, with an environment variable.
    pub fn with_variable(mut self, name: &str, variable: &str, value: &Path) -> Self {
        name.clone_into(&mut self.name);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its name, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command to add arguments to, free of the caller's Python variables.
    pub fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        isolate(&mut command);
        command.args(&self.arguments);
        if !self.path.is_empty() {
            command.env("PYTHONPATH", std::env::join_paths(&self.path)?);
        }
        // HPy reads these; what the caller has set must not choose the mode.
        for variable in ["HPY", "HPY_LOG", "HPY_DEBUG"] {
            command.env_remove(variable);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}
