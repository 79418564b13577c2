//! A small Python for the VM whose collector moves every object: HPy's own tests and
//! the scripts of the examples are its scripts, unedited.
//!
//! The parser is the one that RustPython uses. The interpreter walks the parser's tree
//! over the VM's objects. What it does not have is named with file and line when it is
//! to run: generators, `async`, type annotations, `match` and little else. Each module
//! imports only those before it:
//!
//! ```text
//! syntax       a file's tree, and where each variable in it is
//! interpreter  runs the tree
//! library      the modules and builtins that scripts find
//! language     what the VM asks of its language
//! command      starts a VM with all of that; `moving-gc` runs a script
//! ```

mod command;
pub mod interpreter;
mod language;
mod library;
mod syntax;

pub use command::{exit_code, start};
pub use interpreter::Interpreter;
