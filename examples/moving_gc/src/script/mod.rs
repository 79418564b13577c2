//! A language for the VM: Python itself, as much of it as scripts need.
//!
//! HPy's own tests and the scripts of the examples are its scripts, unedited. A
//! file is parsed by the parser that RustPython uses (`lower`), becomes a tree
//! whose names are resolved (`tree`), and the tree is run over the VM's
//! objects ([`interpreter`]). Which test functions can be expressed is decided
//! by looking at the tree alone (`check`).

mod check;
mod command;
pub mod interpreter;
mod language;
mod library;
mod lower;
mod test_file;
mod tree;

pub use check::Reasons;
pub use command::{exit_code, start};
pub use interpreter::Interpreter;
pub use test_file::TestFile;
