//! The examples: directories of this crate with a `setup.py` and a `demo.py`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::extension::{Built, Extension};
use crate::process::{Finished, Job};
use crate::project::{Project, read_text};

/// C sources with a Python script that shows them at work.
#[derive(Clone, Debug)]
pub struct Example {
    /// The directory's name.
    pub name: String,
    /// Where it is.
    pub directory: PathBuf,
    /// What it shows: the first line of the script's docstring.
    pub about: String,
}

/// The script that every example has. It bears this name, and not that of its
/// module, so as not to be imported instead of it.
pub const SCRIPT: &str = "demo.py";

/// What [`SCRIPT`] printed on CPython 3.11, for machines that cannot run it.
pub const TRANSCRIPT: &str = "transcript.txt";

impl Example {
    /// All examples, ordered by name.
    pub fn all(project: &Project) -> Result<Vec<Self>> {
        let directory = project.root().join("examples");
        let mut examples = Vec::new();
        let entries =
            fs::read_dir(&directory).with_context(|| format!("reading {}", directory.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.join("setup.py").is_file() && path.join(SCRIPT).is_file() {
                examples.push(Self::read(path)?);
            }
        }
        examples.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(examples)
    }

    fn read(directory: PathBuf) -> Result<Self> {
        let name = directory
            .file_name()
            .and_then(|name| name.to_str())
            .with_context(|| format!("{} has no name in UTF-8", directory.display()))?
            .to_owned();
        let script = directory.join(SCRIPT);
        let text = read_text(&script)?;
        let about = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("\"\"\""))
            .with_context(|| format!("{} does not begin with a docstring", script.display()))?
            .trim_end_matches("\"\"\"")
            .to_owned();
        Ok(Self {
            name,
            directory,
            about,
        })
    }

    /// Its sources, to be built.
    pub fn extension(&self) -> Extension {
        Extension::directory(&self.name, &self.directory)
    }

    /// The script.
    pub fn script(&self) -> PathBuf {
        self.directory.join(SCRIPT)
    }

    /// Runs the script over built modules with the Python that `python`
    /// starts.
    pub fn run(&self, python: &Command, built: &Built, limit: Duration) -> Result<Finished> {
        let mut command = Command::new(python.get_program());
        for (name, value) in python.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .args(python.get_args())
            // The stub that hpy.devel writes imports pkg_resources, which
            // warns that it will be gone one day.
            .args(["-W", "ignore", SCRIPT])
            .current_dir(&built.directory)
            .env("PYTHONPATH", &built.directory)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUTF8", "1");
        Job::new(command).limit(limit).run()
    }

    /// What the script printed on CPython 3.11 when it was recorded.
    pub fn transcript(&self) -> Result<String> {
        read_text(&self.directory.join(TRANSCRIPT))
    }
}
