//! Why a file could not be loaded.
//!
//! HPy's own loader for CPython answers nearly everything with a
//! `RuntimeError`, so that is what [`Cause::exception`] answers for the same
//! causes. Where HPy has no answer, since it takes the file without a word or
//! dies of it, the answer is the one that `import` gives elsewhere: an
//! `ImportError`.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use super::cause::{Cause, ExceptionKind};
use super::names::leaf;

/// A file that could not be loaded as an HPy module: which one, and why.
///
/// The text names the module, the file and the cause. An unsupported ABI
/// version is the exception: its text is the one HPy's loader gives, which
/// leaves the file out, and which HPy's tests compare as a whole. The file is
/// at hand in [`path`](Self::path), for an `ImportError`'s attribute or a note.
#[derive(Debug)]
pub struct LoadError(Box<Failure>);

#[derive(Debug)]
struct Failure {
    name: String,
    path: PathBuf,
    cause: Cause,
}

impl LoadError {
    pub(super) fn new(name: &str, path: &Path, cause: Cause) -> Self {
        Self(Box::new(Failure {
            name: name.to_owned(),
            path: path.to_owned(),
            cause,
        }))
    }

    /// The module's dotted name, as it was asked for.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The file, as it was asked for.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What is wrong with it.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// The Python exception to raise.
    pub fn exception(&self) -> ExceptionKind {
        self.0.cause.exception()
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { name, path, cause } = &*self.0;
        let leaf = leaf(name);
        match cause {
            Cause::Version { .. } => write!(f, "HPy extension module '{leaf}' {cause}"),
            _ => write!(
                f,
                "HPy extension module '{leaf}' at path '{}': {cause}",
                path.display()
            ),
        }
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.source()
    }
}
