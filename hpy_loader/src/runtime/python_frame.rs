//! Frames of Python code, as a VM tells of them.

use std::fmt;

/// Where a Python frame is, as quick to tell as the runtime can.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Position {
    /// Names the code object, say its address.
    pub code: usize,
    /// Names the place in it, say the instruction's index.
    pub place: u32,
}

/// A Python frame as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonFrame {
    /// The function's qualified name.
    pub function: String,
    /// The source file.
    pub file: String,
    /// The line in it.
    pub line: u32,
}

/// As a traceback's line without its frills: `main at /src/app.py:3`.
impl fmt::Display for PythonFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.function, self.file, self.line)
    }
}
