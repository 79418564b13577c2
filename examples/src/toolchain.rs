//! What extensions are built with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::environment::{CpythonColumn, Environment, isolate};

/// A Python that has setuptools and `hpy.devel`.
#[derive(Clone, Debug)]
pub struct Toolchain {
    program: PathBuf,
    python_path: Vec<PathBuf>,
    identity: String,
    label: String,
}

impl Toolchain {
    /// The environment's CPython.
    pub fn cpython(environment: &Environment) -> Self {
        Self {
            program: environment.python(),
            python_path: Vec::new(),
            identity: environment.identity().to_owned(),
            label: environment.interpreter().to_string(),
        }
    }

    /// `hpyvm` itself, with the environment's packages. Its binary is no part
    /// of the identity: the C compiler does not see which VM started it.
    pub fn hpyvm(environment: &Environment, vm: &Path) -> Self {
        Self {
            program: vm.to_owned(),
            python_path: environment.python_path(),
            identity: format!("hpyvm {}", environment.identity()),
            label: "hpyvm".to_owned(),
        }
    }

    /// CPython where hpy 0.9.0 supports it, `hpyvm` elsewhere.
    pub fn preferred(environment: &Environment, vm: &Path) -> Self {
        match environment.cpython_column() {
            CpythonColumn::Available => Self::cpython(environment),
            CpythonColumn::Missing { .. } => Self::hpyvm(environment, vm),
        }
    }

    /// Its name, for people.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Changes when what it builds may come out differently.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// A command that starts it.
    pub fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        isolate(&mut command);
        if !self.python_path.is_empty() {
            command.env("PYTHONPATH", std::env::join_paths(&self.python_path)?);
        }
        Ok(command)
    }
}
