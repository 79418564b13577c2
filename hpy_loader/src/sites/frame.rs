//! What an address means to a person.

use std::fmt;
use std::path::{Path, PathBuf};

/// One frame of C: a function, and as far as known where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CFrame {
    /// The function's name, demangled. Unknown in a stripped library.
    pub function: Option<String>,
    /// Source file and line, if the library has debug information.
    pub place: Option<SourceLine>,
    /// The library's file.
    pub object: PathBuf,
    /// The address in that file, as `addr2line` and `objdump` take it.
    pub offset: usize,
    /// The distance from the beginning of the function, where its symbol is known.
    pub distance: Option<usize>,
    /// Whether the compiler has inlined the function into that of the next frame.
    pub inlined: bool,
    /// Whether only the function is known. The place is its beginning then.
    pub whole_function: bool,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file as the compiler was told, made absolute by where it ran.
    pub file: PathBuf,
    /// Counted from 1; 0 if the compiler could tell no line.
    pub line: u32,
}

impl CFrame {
    /// Whether it is in one of the libraries that come with the system.
    pub(crate) fn is_of_system(&self) -> bool {
        let library = self.library();
        ["libc.", "libpthread.", "libstdc++.", "libm."]
            .iter()
            .any(|name| library.starts_with(name))
    }

    /// The name of the library's file.
    pub(crate) fn library(&self) -> String {
        let name = self.object.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether the function is one of HPy's own, which its headers and sources bring into
    /// every extension. The frame after it is the one that its author knows. Without
    /// debug information the name alone tells.
    pub fn is_helper(&self) -> bool {
        let is_in_hpy = |place: &SourceLine| is_in_hpy(&place.file);
        self.function.as_deref().is_some_and(is_helper_name)
            || self.place.as_ref().is_some_and(is_in_hpy)
    }
}

/// As a report prints it: `double_impl at /src/triple.c:12`. Without debug
/// information `double_impl+0x1c in /lib/triple.hpy0.so+0x11bc`, and without
/// symbols the last part alone.
impl fmt::Display for CFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(f, "{function}")?;
        }
        if let Some(SourceLine { file, line }) = &self.place {
            let separator = if self.function.is_some() { " at " } else { "" };
            return write!(f, "{separator}{}:{line}", file.display());
        }
        if let Some(distance) = self.distance {
            write!(f, "+{distance:#x}")?;
        }
        let separator = if self.function.is_some() { " in " } else { "" };
        write!(f, "{separator}{}+{:#x}", self.object.display(), self.offset)
    }
}

/// Whether a function has a name of HPy's: all with the prefix, except those that HPy
/// prescribes.
fn is_helper_name(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.strip_prefix("HPy")
        .is_some_and(|rest| !rest.starts_with("Init"))
}

/// Whether a file is of the package `hpy.devel`, which has `argparse.c`, `format.c` and
/// the like.
fn is_in_hpy(file: &Path) -> bool {
    let components: Vec<_> = file.iter().collect();
    components.windows(2).any(|pair| pair == ["hpy", "devel"])
}
