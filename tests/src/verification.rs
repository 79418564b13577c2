//! What the steps share: made once, when the first step asks for it.

use crate::Python;
use anyhow::{Result, bail};
use hpyvm_examples::{
    CpythonColumn, Environment, Project, Requirements, Sdist, Toolchain, VmBuild,
};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Choices of whoever runs the verification.
#[derive(Debug, Clone)]
pub struct Options {
    /// Adds newly passing tests of HPy's suite to the committed list.
    pub accept: bool,
    /// Runs only the files of HPy's suite whose names contain one of these.
    pub files: Vec<String>,
    /// How long the soak runs in one process.
    pub soak: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            accept: false,
            files: Vec::new(),
            soak: Duration::from_secs(60),
        }
    }
}

/// One run of the verification.
#[derive(Debug)]
pub struct Verification {
    /// Where everything is.
    pub project: Project,
    /// See [`Options`].
    pub options: Options,
    environment: OnceCell<Environment>,
    sdist: OnceCell<Sdist>,
    vm: OnceCell<PathBuf>,
}

impl Verification {
    /// Finds the project; makes nothing yet.
    pub fn new(options: Options) -> Result<Self> {
        Ok(Self {
            project: Project::locate()?,
            options,
            environment: OnceCell::new(),
            sdist: OnceCell::new(),
            vm: OnceCell::new(),
        })
    }

    /// The Python environment with hpy, setuptools and pytest.
    pub fn environment(&self) -> Result<&Environment> {
        once(&self.environment, || {
            let requirements = [Requirements::Hpy, Requirements::Pytest];
            let environment = Environment::prepare(&self.project, "tests", &requirements)?;
            if let CpythonColumn::Missing { reason } = environment.cpython_column() {
                bail!("the tests compare with CPython, which is not possible here: {reason}");
            }
            Ok(environment)
        })
    }

    /// The released source distribution of hpy.
    pub fn sdist(&self) -> Result<&Sdist> {
        once(&self.sdist, || {
            Sdist::fetch(&self.project, self.environment()?)
        })
    }

    /// The `hpyvm` binary, up to date.
    pub fn vm(&self) -> Result<&Path> {
        once(&self.vm, || VmBuild::default().build(&self.project)).map(PathBuf::as_path)
    }

    /// `hpyvm` with the environment's packages.
    pub fn hpyvm(&self) -> Result<Python> {
        Ok(Python::hpyvm(self.environment()?, self.vm()?))
    }

    /// The environment's CPython.
    pub fn cpython(&self) -> Result<Python> {
        Ok(Python::cpython(self.environment()?))
    }

    /// HPy's own toolchain: what builds every binary under test.
    pub fn toolchain(&self) -> Result<Toolchain> {
        Ok(Toolchain::cpython(self.environment()?))
    }
}

/// The content of a cell, made if it is empty.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    match cell.get() {
        Some(content) => Ok(content),
        None => {
            let content = make()?;
            Ok(cell.get_or_init(|| content))
        }
    }
}
