//! Directories that are made once, by one process, and then reused by all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

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

/// Copies files and directories. Whatever else a tree may hold has no place
/// among sources and is an error.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from).sort_by_file_name() {
        let entry = entry.with_context(|| format!("reading {}", from.display()))?;
        let target = to.join(entry.path().strip_prefix(from)?);
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir_all(&target)
                .with_context(|| format!("creating {}", target.display()))?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("copying {}", entry.path().display()))?;
        } else {
            bail!("{} is not a plain file", entry.path().display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
