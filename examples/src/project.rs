//! Where things are: the workspace and cargo's target directory.

use std::fs::{self, File};
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
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A directory that is made once and then reused, by several processes.
///
/// The lock file beside it is held while it is looked at or made; the marker
/// file in it is written last, so that a directory without one is known to be
/// half done.
pub(crate) struct Workshop {
    directory: PathBuf,
    _lock: File,
}

impl Workshop {
    const MARKER: &str = ".complete";

    /// Waits for the lock of `directory`.
    pub(crate) fn enter(directory: PathBuf) -> Result<Self> {
        let parent = directory.parent().context("a directory needs a parent")?;
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        let mut lock_name = directory.clone().into_os_string();
        lock_name.push(".lock");
        let lock = File::create(&lock_name)
            .with_context(|| format!("creating {}", lock_name.display()))?;
        lock.lock()
            .with_context(|| format!("locking {}", lock_name.display()))?;
        Ok(Self {
            directory,
            _lock: lock,
        })
    }

    /// Whether it was finished before.
    pub(crate) fn is_complete(&self) -> bool {
        self.directory.join(Self::MARKER).is_file()
    }

    /// Throws away whatever is there and makes the directory anew.
    pub(crate) fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(&self.directory) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", self.directory.display()))?;
            }
            _ => {}
        }
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("creating {}", self.directory.display()))
    }

    /// Declares it finished.
    pub(crate) fn complete(&self) -> Result<()> {
        let marker = self.directory.join(Self::MARKER);
        fs::write(&marker, "").with_context(|| format!("writing {}", marker.display()))
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
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

    #[test]
    fn a_workshop_is_complete_only_when_declared() {
        let parent = tempfile::tempdir().unwrap();
        let workshop = Workshop::enter(parent.path().join("a/b")).unwrap();
        assert!(!workshop.is_complete());
        workshop.clear().unwrap();
        assert!(!workshop.is_complete());
        workshop.complete().unwrap();
        assert!(workshop.is_complete());
        fs::write(workshop.directory().join("file"), "").unwrap();
        workshop.clear().unwrap();
        assert!(!workshop.is_complete());
        assert!(!workshop.directory().join("file").exists());
    }
}
