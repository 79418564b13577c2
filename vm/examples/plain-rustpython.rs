//! RustPython alone, built as `hpyvm` is: what start-up is compared with.

use mimalloc::MiMalloc;
use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    rustpython::run(InterpreterBuilder::new().init_stdlib())
}
