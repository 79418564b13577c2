//! Where things are: the workspace and cargo's target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::Job;

/// The workspace that this crate was compiled in.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Finds the workspace and asks cargo for its target directory, which
    /// follows `CARGO_TARGET_DIR` and cargo's configuration files.
    pub fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the examples crate lies in no workspace")?
            .to_owned();
        let mut command = cargo();
        command
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .arg("--manifest-path")
            .arg(root.join("Cargo.toml"));
        let finished = Job::new(command).check("asking cargo for its target directory")?;
        let metadata: serde_json::Value = serde_json::from_slice(&finished.stdout)
            .context("`cargo metadata` printed something that is not JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("`cargo metadata` names no target directory")?
            .into();
        Ok(Self { root, target })
    }

    /// Some other workspace.
    #[cfg(test)]
    pub(crate) fn at(root: PathBuf, target: PathBuf) -> Self {
        Self { root, target }
    }

    /// The root of the workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A directory below the target directory, created if it is missing.
    pub fn target_subdirectory(&self, name: impl AsRef<Path>) -> Result<PathBuf> {
        let path = self.target.join(name);
        fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(path)
    }
}

/// The cargo that runs us, or the one on the path. The variables that `cargo
/// run` sets for the package it runs are taken away: a nested cargo would take
/// them for its own, and build scripts that watch them would run again.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A text file, with an error that names it.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found() {
        let project = Project::locate().unwrap();
        assert!(project.root().join("hpy_loader/Cargo.toml").is_file());
        assert!(project.target().is_absolute());
    }
}
