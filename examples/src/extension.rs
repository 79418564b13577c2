//! C and C++ sources made into HPy modules by HPy's own build support.
//!
//! The sources are copied to `target/extensions/` and built in place there, so
//! that a binary lies beside the Python files of its package as it would after
//! an installation, and the source tree stays clean. The directory is named
//! after everything that went in; a second build of the same is a look-up.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

use crate::digest::{Fingerprint, sha256_of_file};
use crate::process::Job;
use crate::progress::Step;
use crate::project::{Project, read_text};
use crate::toolchain::Toolchain;
use crate::workshop::{Workshop, copy_tree};

/// The binary interface that a module is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// One binary for every implementation of HPy.
    Universal,
    /// HPy and CPython's own API together.
    Hybrid,
    /// HPy's API compiled away into CPython's.
    Cpython,
}

impl Abi {
    /// The value of `--hpy-abi`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Universal => "universal",
            Self::Hybrid => "hybrid",
            Self::Cpython => "cpython",
        }
    }
}

/// Sources to be built.
#[derive(Clone, Debug)]
pub struct Extension {
    name: String,
    source: Source,
    abi: Abi,
    flags: String,
}

#[derive(Clone, Debug)]
enum Source {
    Directory(PathBuf),
    Files { module: String, files: Vec<PathBuf> },
}

/// Where a build leaves the compiler's warnings for the next look-up.
const WARNINGS: &str = "compiler-warnings.txt";

/// The `setup.py` of sources that bring none.
const SETUP: &str = "\
from setuptools import Extension, setup
setup(
    name={module!r},
    hpy_ext_modules=[Extension({module!r}, sources={sources!r})],
)
";

impl Extension {
    /// A directory with a `setup.py`, of one module or several.
    pub fn directory(name: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            source: Source::Directory(directory.into()),
            abi: Abi::Universal,
            flags: String::new(),
        }
    }

    /// One module from C or C++ files alone. `module` is its full dotted name.
    pub fn files(
        module: impl Into<String>,
        files: impl IntoIterator<Item = impl Into<PathBuf>>,
    ) -> Self {
        let module = module.into();
        Self {
            name: module.clone(),
            source: Source::Files {
                module,
                files: files.into_iter().map(Into::into).collect(),
            },
            abi: Abi::Universal,
            flags: String::new(),
        }
    }

    /// Builds for another ABI than the universal one.
    pub fn abi(mut self, abi: Abi) -> Self {
        self.abi = abi;
        self
    }

    /// Adds flags for the compiler, after those that CPython was built with.
    pub fn flags(mut self, flags: &str) -> Self {
        flags.clone_into(&mut self.flags);
        self
    }

    /// Builds what has changed since the last time.
    pub fn build(&self, project: &Project, toolchain: &Toolchain) -> Result<Built> {
        let directory = project.target().join("extensions").join(format!(
            "{}-{}-{}",
            self.name,
            self.abi.name(),
            self.fingerprint(toolchain)?
        ));
        let workshop = Workshop::enter(directory)?;
        if !workshop.is_complete() {
            let mut step = Step::start(format!("building {}", self.name));
            step.note(format!("with {}", toolchain.label()));
            workshop.clear()?;
            self.lay_out(workshop.directory())?;
            self.compile(workshop.directory(), toolchain)?;
            workshop.complete()?;
            step.done(format!(
                "{} ABI, with {}",
                self.abi.name(),
                toolchain.label()
            ));
        }
        let modules = modules_in(workshop.directory())?;
        ensure!(
            !modules.is_empty(),
            "the setup.py of {} built no module",
            self.name
        );
        Ok(Built {
            directory: workshop.directory().to_owned(),
            modules,
            warnings: read_text(&workshop.directory().join(WARNINGS))?,
        })
    }

    fn fingerprint(&self, toolchain: &Toolchain) -> Result<String> {
        let mut fingerprint = Fingerprint::new();
        fingerprint.part(toolchain.identity()).part(self.abi.name());
        if !self.flags.is_empty() {
            fingerprint.part(&self.flags);
        }
        for variable in [
            "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LDSHARED",
        ] {
            let value = std::env::var_os(variable).unwrap_or_default();
            fingerprint.part(value.as_encoded_bytes());
        }
        match &self.source {
            Source::Directory(directory) => {
                fingerprint.tree(directory)?;
            }
            Source::Files { module, files } => {
                fingerprint.part(SETUP).part(module);
                for file in files {
                    let content =
                        fs::read(file).with_context(|| format!("reading {}", file.display()))?;
                    fingerprint.part(file_name(file)?).part(content);
                }
            }
        }
        Ok(fingerprint.short())
    }

    /// Copies the sources to where they are built.
    fn lay_out(&self, to: &Path) -> Result<()> {
        match &self.source {
            Source::Directory(directory) => copy_tree(directory, to),
            Source::Files { module, files } => {
                let mut sources = Vec::new();
                for file in files {
                    let name = file_name(file)?;
                    fs::copy(file, to.join(name))
                        .with_context(|| format!("copying {}", file.display()))?;
                    sources.push(format!("'{name}'"));
                }
                let setup = SETUP
                    .replace("{module!r}", &format!("'{module}'"))
                    .replace("{sources!r}", &format!("[{}]", sources.join(", ")));
                if let Some((package, _)) = module.rsplit_once('.') {
                    let package = to.join(package.replace('.', "/"));
                    fs::create_dir_all(&package)
                        .with_context(|| format!("creating {}", package.display()))?;
                }
                let path = to.join("setup.py");
                fs::write(&path, setup).with_context(|| format!("writing {}", path.display()))
            }
        }
    }

    fn compile(&self, directory: &Path, toolchain: &Toolchain) -> Result<()> {
        let mut command = toolchain.command()?;
        command
            .current_dir(directory)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg("setup.py")
            .arg(format!("--hpy-abi={}", self.abi.name()))
            .args(["build_ext", "--inplace"]);
        if !self.flags.is_empty() {
            let given = std::env::var("CFLAGS").unwrap_or_default();
            command.env("CFLAGS", format!("{given} {}", self.flags));
        }
        let finished = Job::new(command)
            .limit(Duration::from_secs(900))
            .check(&format!(
                "building {} with {}",
                self.name,
                toolchain.label()
            ))?;
        let output = finished.text() + &String::from_utf8_lossy(&finished.stderr);
        let warnings: String = output
            .lines()
            .filter(|line| line.contains(": warning: "))
            .map(|line| format!("{line}\n"))
            .collect();
        let log = directory.join(WARNINGS);
        fs::write(&log, warnings).with_context(|| format!("writing {}", log.display()))?;
        // setuptools has copied everything in place; what is left here would
        // be found a second time.
        let scratch = directory.join("build");
        fs::remove_dir_all(&scratch).with_context(|| format!("removing {}", scratch.display()))
    }
}

/// What a build left.
#[derive(Clone, Debug)]
pub struct Built {
    /// Goes on `sys.path`: binaries, stubs and the Python files among the
    /// sources.
    pub directory: PathBuf,
    /// The modules, ordered by name.
    pub modules: Vec<Module>,
    /// The lines in which the compiler warned, from when it ran.
    pub warnings: String,
}

/// One binary.
#[derive(Clone, Debug)]
pub struct Module {
    /// The dotted name it is imported by.
    pub name: String,
    /// The shared library.
    pub binary: PathBuf,
    /// Of the shared library, in hex.
    pub sha256: String,
}

impl Built {
    /// The module of that name.
    pub fn module(&self, name: &str) -> Result<&Module> {
        self.modules
            .iter()
            .find(|module| module.name == name)
            .with_context(|| format!("no module {name} in {}", self.directory.display()))
    }
}

fn modules_in(directory: &Path) -> Result<Vec<Module>> {
    let mut modules = Vec::new();
    for entry in WalkDir::new(directory).sort_by_file_name() {
        let entry = entry.with_context(|| format!("reading {}", directory.display()))?;
        if entry.path().extension().is_none_or(|suffix| suffix != "so") {
            continue;
        }
        let relative = entry.path().strip_prefix(directory)?;
        let file = file_name(relative)?;
        let stem = file.split('.').next().unwrap_or(file);
        let name: Vec<_> = relative
            .parent()
            .into_iter()
            .flat_map(Path::components)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .chain([stem.to_owned()])
            .collect();
        modules.push(Module {
            name: name.join("."),
            sha256: sha256_of_file(entry.path())?,
            binary: entry.path().to_owned(),
        });
    }
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(modules)
}

fn file_name(path: &Path) -> Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} has no name in UTF-8", path.display()))
}
