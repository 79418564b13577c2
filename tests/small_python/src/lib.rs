//! A small Python for the VM of `moving_gc`.
//!
//! HPy's own tests and the scripts of the examples are its scripts, unedited.

mod command;
pub mod interpreter;
mod language;
mod library;
mod lower;
mod test_file;
mod tree;

pub use command::{exit_code, start};
pub use interpreter::Interpreter;
