//! What can be wrong with a file.

use crate::abi::{ABI_VERSION, ABI_VERSION_MINOR, CPYTHON_TAG};
use crate::platform::library::innermost;

/// The Python exception that an error becomes.
///
/// A VM may as well raise one class that derives from both of the first two:
/// then `except ImportError` works as in any other failed import, and code
/// written against HPy's own loader still sees its `RuntimeError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionKind {
    /// `ImportError`
    ImportError,
    /// `RuntimeError`
    RuntimeError,
    /// `UnicodeEncodeError`, only ever for [`Cause::NonAsciiName`].
    UnicodeEncodeError,
}

/// What can be wrong with a module's name or file, one variant for each cause,
/// in the order in which they are looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The leaf of the module's name is not ASCII, so no C symbol can carry it.
    #[error("the module name '{leaf}' is not ASCII (characters {start} to {end})")]
    NonAsciiName {
        /// The leaf of the dotted name.
        leaf: String,
        /// Where the first run of other characters begins, in characters.
        start: usize,
        /// Where it ends.
        end: usize,
    },
    /// The file is not there, or may not be read; what the system said.
    #[error("cannot open it: {0}")]
    Open(#[source] std::io::Error),
    /// The path leads to something that has no contents to load: "a directory".
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Reading a part failed inside the length that the file said it has.
    #[error("cannot read {0}; the file changed meanwhile, or its medium fails")]
    Read(&'static str),
    /// Another kind of file: a guess from the first bytes, or the bytes.
    #[error("not an ELF file: {0}")]
    NotElf(String),
    /// A library, but not for this machine.
    #[error("built for {file}, but this process is {process}")]
    ForeignMachine {
        /// What the file is for.
        file: String,
        /// What we are.
        process: String,
    },
    /// ELF, but nothing that can be loaded into a process: "an object file".
    #[error("not a shared library but {0}")]
    NotShared(String),
    /// The file ends before or within the tables at its beginning.
    #[error("truncated: the file has {}, {what} needs {}", bytes(*has), grouped(*needs))]
    HeaderCut {
        /// The part that is missing.
        what: &'static str,
        /// The length at which the file would hold it.
        needs: u64,
        /// The length it has.
        has: u64,
    },
    /// The file ends before something that its headers announce. The system's
    /// loader maps such a file without a look at its length, and the process
    /// ends with SIGBUS.
    #[error("truncated: the file has {}, {what} needs {}", bytes(*has), grouped(*needs))]
    Truncated {
        /// The part that is missing.
        what: String,
        /// The length at which the file would hold it.
        needs: u64,
        /// The length it has.
        has: u64,
    },
    /// The headers contradict each other in a way that the system's loader
    /// would not survive.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A module for CPython's own ABI, with that ABI's init function.
    #[error(
        "a CPython-ABI extension (it defines {0}), not an HPy universal one, and only CPython can \
         run it; port it to HPy and build it with --hpy-abi=universal"
    )]
    CPythonAbi(String),
    /// The module's init function is missing.
    #[error("it does not define {symbol}{}", instead(.others))]
    NoInit {
        /// The function that was looked for.
        symbol: String,
        /// Init functions of other modules in the file.
        others: Vec<String>,
    },
    /// One of the other functions that every universal module defines is missing.
    #[error("it defines {init} but not {symbol}; HPy_MODINIT defines both")]
    NoCompanion {
        /// The init function, which is there.
        init: String,
        /// The function that is not.
        symbol: String,
    },
    /// A module that is called a universal one, but imports functions or objects of CPython.
    #[error(
        "a hybrid-ABI extension, not a universal one: it uses CPython's C API ({})",
        several(.0)
    )]
    UsesCPythonApi(Vec<String>),
    /// A hybrid module, for a VM that runs none.
    #[error(
        "a hybrid-ABI extension for {interpreter}: part HPy and part CPython's C API, which is not \
         to be had, since {reason}; port the rest of it to HPy and build it with \
         --hpy-abi=universal"
    )]
    Hybrid {
        /// The interpreter in its file name, "cp311".
        interpreter: String,
        /// Why the VM has no such API.
        reason: &'static str,
    },
    /// A hybrid module for another version of CPython, or another implementation.
    #[error(
        "a hybrid-ABI extension for {0}: part of it is compiled for the objects of that \
         interpreter, and those here are as {CPYTHON_TAG} has them; build it with CPython 3.11, or port \
         the rest of it to HPy and build it with --hpy-abi=universal"
    )]
    HybridForOther(String),
    /// A hybrid module that needs more of CPython's API than there is.
    #[error(
        "a hybrid-ABI extension that uses what is missing here of CPython's C API: {}; port what \
         uses it to HPy",
        .0.join(", ")
    )]
    HybridImports(Vec<String>),
    /// Somebody has put another file in its place, or written into it, after it was checked.
    #[error("it was changed or replaced while it was loaded")]
    Changed,
    /// The system's loader refused the file.
    #[error("the system cannot load it: {text}")]
    Dlopen {
        /// What it said.
        text: String,
        /// The same, with the name by which the loader was asked for the file.
        source: libloading::Error,
    },
    /// The file lists a symbol which the system's loader does not find.
    #[error("the system does not find {symbol} in it: {}", innermost(.source))]
    Dlsym {
        /// The symbol.
        symbol: String,
        /// What it said.
        source: libloading::Error,
    },
    /// Built for an HPy that we are not.
    #[error(
        "requires unsupported version of the HPy runtime. Requested version: {major}.{minor}. \
         Current HPy version: {ABI_VERSION}.{ABI_VERSION_MINOR}."
    )]
    Version {
        /// The module's major version.
        major: u32,
        /// The module's minor version.
        minor: u32,
    },
    /// The file name gives another ABI than the contents.
    #[error(
        "mismatch between the HPy ABI tag encoded in the filename and the major version \
         requested by the HPy extension itself. Major version tag parsed from filename: {tag}. \
         Requested version: {major}.{minor}."
    )]
    TagMismatch {
        /// The number in the file name.
        tag: u32,
        /// The module's major version.
        major: u32,
        /// The module's minor version.
        minor: u32,
    },
    /// The file name gives no ABI.
    #[error(
        "could not find HPy ABI tag encoded in the filename. The extension claims to be \
         compiled with HPy ABI version: {major}.{minor}."
    )]
    TagMissing {
        /// The module's major version.
        major: u32,
        /// The module's minor version.
        minor: u32,
    },
    /// The init function of this name gave no definition.
    #[error("{0} returned NULL")]
    NullDefinition(String),
}

impl Cause {
    /// The Python exception to raise: HPy's own, where it has one.
    pub fn exception(&self) -> ExceptionKind {
        match self {
            Self::NonAsciiName { .. } => ExceptionKind::UnicodeEncodeError,
            // HPy crashes on or takes a truncated file, mostly crashes on a damaged
            // one, and runs a hybrid one.
            Self::Read(_)
            | Self::Changed
            | Self::Truncated { .. }
            | Self::Damaged(_)
            | Self::UsesCPythonApi(_)
            | Self::Hybrid { .. }
            | Self::HybridForOther(_)
            | Self::HybridImports(_) => ExceptionKind::ImportError,
            _ => ExceptionKind::RuntimeError,
        }
    }
}

fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{} bytes", grouped(count)),
    }
}

/// `16504` as `16,504`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn several(symbols: &[String]) -> String {
    match symbols {
        [only] => only.clone(),
        [first, ..] => format!("{first} ... {} symbols", symbols.len()),
        [] => String::new(),
    }
}

fn instead(others: &[String]) -> String {
    const SHOWN: usize = 3;
    match others.len() {
        0 => String::new(),
        count if count <= SHOWN => format!(", it defines {}", others.join(", ")),
        count => format!(
            ", it defines {} and {} more",
            others[..SHOWN].join(", "),
            count - SHOWN
        ),
    }
}
