//! A Python virtual environment with pinned contents.
//!
//! It lies under `target/python/`, named after what is in it and what it was
//! made with, so that a change of either makes a new one and an old one is
//! never patched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::digest::Fingerprint;
use crate::interpreter::{Interpreter, SUPPORTED};
use crate::process::Job;
use crate::progress::Step;
use crate::project::Project;
use crate::requirements::Requirements;
use crate::sdist::Sdist;
use crate::workshop::Workshop;

/// Whether HPy's own CPython side can run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CpythonColumn {
    /// `hpy.universal` is installed in the environment.
    Available,
    /// It cannot be; extensions are built on `hpyvm` itself.
    Missing {
        /// Why, in one sentence.
        reason: String,
    },
}

/// A complete virtual environment.
#[derive(Clone, Debug)]
pub struct Environment {
    root: PathBuf,
    site_packages: PathBuf,
    interpreter: Interpreter,
    identity: String,
    cpython: CpythonColumn,
    pure_hpy: Option<PathBuf>,
}

impl Environment {
    /// Makes the environment or reuses the one that is there.
    ///
    /// `name` says whom it is for; `requirements` is what to install besides
    /// [`Requirements::Build`]. Where the machine's Python is too new for hpy
    /// 0.9.0, [`Requirements::Hpy`] is met with hpy's pure Python part, see
    /// [`Environment::cpython_column`].
    pub fn prepare(project: &Project, name: &str, requirements: &[Requirements]) -> Result<Self> {
        let interpreter = Interpreter::find()?;
        let cpython = column(&interpreter);
        Self::prepare_with(project, name, requirements, interpreter, cpython)
    }

    /// [`Environment::prepare`] as it would be on a machine whose Python is too
    /// new for hpy 0.9.0.
    pub fn prepare_without_cpython(
        project: &Project,
        name: &str,
        requirements: &[Requirements],
    ) -> Result<Self> {
        let cpython = CpythonColumn::Missing {
            reason: "CPython was left out on request".to_owned(),
        };
        Self::prepare_with(project, name, requirements, Interpreter::find()?, cpython)
    }

    fn prepare_with(
        project: &Project,
        name: &str,
        requirements: &[Requirements],
        interpreter: Interpreter,
        cpython: CpythonColumn,
    ) -> Result<Self> {
        let wants_hpy = requirements.contains(&Requirements::Hpy);
        let installed: Vec<_> = requirements
            .iter()
            .copied()
            .filter(|&file| file != Requirements::Build)
            .filter(|&file| file != Requirements::Hpy || cpython == CpythonColumn::Available)
            .collect();

        let mut fingerprint = Fingerprint::new();
        fingerprint.part(interpreter.path.as_os_str().as_encoded_bytes());
        fingerprint.part(interpreter.to_string());
        for &file in [Requirements::Build].iter().chain(&installed) {
            let path = file.path(project);
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            fingerprint.part(file.file_name()).part(content);
        }
        let identity = fingerprint.short();
        let root = project
            .target()
            .join("python")
            .join(format!("{name}-{identity}"));

        let (major, minor) = interpreter.release();
        let mut environment = Self {
            site_packages: root.join(format!("lib/python{major}.{minor}/site-packages")),
            root: root.clone(),
            interpreter,
            identity,
            cpython,
            pure_hpy: None,
        };
        let workshop = Workshop::enter(root)?;
        if !workshop.is_complete() || environment.verify(&installed).is_err() {
            environment.make(project, &workshop, name, &installed)?;
        }
        drop(workshop);
        if wants_hpy && environment.cpython != CpythonColumn::Available {
            let sdist = Sdist::fetch(project, &environment)?;
            environment.pure_hpy = Some(sdist.pure_python(project)?);
        }
        Ok(environment)
    }

    /// The environment's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The environment's Python.
    pub fn python(&self) -> PathBuf {
        self.root.join("bin/python")
    }

    /// Where its packages are.
    pub fn site_packages(&self) -> &Path {
        &self.site_packages
    }

    /// The Python it was made with.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Changes with the pinned packages and with the Python.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Whether HPy's own CPython side can run here, and if not, why.
    pub fn cpython_column(&self) -> &CpythonColumn {
        &self.cpython
    }

    /// What another VM needs on its `PYTHONPATH` to use the environment's pure
    /// Python packages: setuptools, `hpy.devel`, and pytest if it was asked
    /// for.
    pub fn python_path(&self) -> Vec<PathBuf> {
        // hpy first: nothing else in the environment bears that name.
        self.pure_hpy
            .iter()
            .cloned()
            .chain([self.site_packages.clone()])
            .collect()
    }

    /// A command that runs the environment's Python, undisturbed by Python
    /// variables of the caller's environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.python());
        isolate(&mut command);
        command
    }

    fn make(
        &self,
        project: &Project,
        workshop: &Workshop,
        name: &str,
        requirements: &[Requirements],
    ) -> Result<()> {
        let mut step = Step::start(format!("making the `{name}` environment"));
        workshop.clear()?;

        step.note(format!("{}", self.interpreter));
        let mut venv = Command::new(&self.interpreter.path);
        isolate(&mut venv);
        venv.args(["-m", "venv"]);
        if !self.interpreter.ensurepip {
            venv.arg("--without-pip");
        }
        venv.arg(&self.root);
        Job::new(venv).check("making a virtual environment")?;

        // Two rounds: what hpy needs for building itself (where there is no
        // wheel for the machine) has to be there before hpy.
        step.note("pip install build.txt");
        self.install(project, &[Requirements::Build], self.interpreter.ensurepip)?;
        if !requirements.is_empty() {
            let names: Vec<_> = requirements.iter().map(|file| file.file_name()).collect();
            step.note(format!("pip install {}", names.join(" ")));
            self.install(project, requirements, true)?;
        }
        self.verify(requirements)?;
        workshop.complete()?;
        step.done(&self.interpreter);
        Ok(())
    }

    /// pip, with everything pinned by hash. `own_pip` is false while the
    /// environment has none and the base Python's has to reach into it.
    fn install(&self, project: &Project, files: &[Requirements], own_pip: bool) -> Result<()> {
        let mut command = if own_pip {
            let mut command = self.command();
            command.args(["-m", "pip"]);
            command
        } else {
            let mut command = Command::new(&self.interpreter.path);
            isolate(&mut command);
            command.args(["-m", "pip", "--python"]).arg(self.python());
            command
        };
        command
            .args(["install", "--require-hashes", "--no-deps"])
            .args(["--no-build-isolation", "--disable-pip-version-check"])
            .arg("--cache-dir")
            .arg(pip_cache(project)?);
        for file in files {
            command.arg("-r").arg(file.path(project));
        }
        Job::new(command)
            .limit(Duration::from_secs(900))
            .check("installing Python packages (is the package index reachable?)")?;
        Ok(())
    }

    /// Whether the environment still works: its Python may have been removed
    /// or replaced since.
    fn verify(&self, requirements: &[Requirements]) -> Result<()> {
        let mut modules = vec!["pip", "setuptools"];
        for file in requirements {
            modules.push(file.module());
        }
        let script = "import sys, importlib.util as u\n\
                      print(sys.version.split()[0])\n\
                      sys.exit(', '.join(m for m in sys.argv[1:] if not u.find_spec(m)) or None)";
        let mut command = self.command();
        command.args(["-c", script]).args(&modules);
        let finished = Job::new(command)
            .limit(Duration::from_secs(60))
            .check("looking for the installed packages")?;
        let (major, minor, micro) = self.interpreter.version;
        let version = finished.text();
        if !version
            .trim()
            .starts_with(&format!("{major}.{minor}.{micro}"))
        {
            bail!("the environment's Python is now {}", version.trim());
        }
        Ok(())
    }
}

/// pip's cache, kept with everything else that is made here.
pub(crate) fn pip_cache(project: &Project) -> Result<PathBuf> {
    project.target_subdirectory("python/pip-cache")
}

/// Takes away what would make a Python look elsewhere for its modules.
pub fn isolate(command: &mut Command) {
    for variable in [
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONOPTIMIZE",
        "PYTHONWARNINGS",
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
    ] {
        command.env_remove(variable);
    }
}

fn column(interpreter: &Interpreter) -> CpythonColumn {
    if interpreter.release() == SUPPORTED {
        return CpythonColumn::Available;
    }
    CpythonColumn::Missing {
        reason: format!(
            "hpy 0.9.0 supports CPython up to {}.{}, and the Python found here is {} ({})",
            SUPPORTED.0,
            SUPPORTED.1,
            interpreter.to_string().trim_start_matches("CPython "),
            interpreter.path.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_python_has_no_column_and_says_why() {
        let python = Interpreter {
            path: "/opt/python3.13".into(),
            version: (3, 13, 1),
            ensurepip: true,
        };
        let CpythonColumn::Missing { reason } = column(&python) else {
            panic!("3.13 must not have a column");
        };
        assert!(
            reason.contains("3.11") && reason.contains("3.13.1"),
            "{reason}"
        );
        let python = Interpreter {
            version: (3, 11, 0),
            ..python
        };
        assert_eq!(column(&python), CpythonColumn::Available);
    }
}
