//! The Python packages that are installed, pinned by version and by hash.

use std::path::PathBuf;

use crate::project::Project;

/// A requirements file, `examples/requirements/<name>.txt`: exact versions,
/// each with the hashes of its published files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirements {
    /// setuptools and what else it takes to build an extension. Every
    /// environment has it.
    Build,
    /// hpy 0.9.0: the headers, the build support, and CPython's side of HPy.
    Hpy,
    /// pytest and its dependencies.
    Pytest,
}

impl Requirements {
    /// The file's name.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Build => "build.txt",
            Self::Hpy => "hpy.txt",
            Self::Pytest => "pytest.txt",
        }
    }

    /// Where the file is.
    pub fn path(self, project: &Project) -> PathBuf {
        project
            .root()
            .join("examples/requirements")
            .join(self.file_name())
    }

    /// A module that is there when everything is.
    pub(crate) fn module(self) -> &'static str {
        match self {
            Self::Build => "setuptools_scm",
            Self::Hpy => "hpy.universal",
            Self::Pytest => "pytest",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_requirement_is_pinned_and_hashed() {
        let project = Project::locate().unwrap();
        for file in [Requirements::Build, Requirements::Hpy, Requirements::Pytest] {
            let text = fs::read_to_string(file.path(&project)).unwrap();
            let text = text.replace("\\\n", "");
            let pins: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(!pins.is_empty());
            for pin in pins {
                assert!(pin.contains("=="), "{pin}");
                assert!(pin.contains("--hash=sha256:"), "{pin}");
            }
        }
    }
}
