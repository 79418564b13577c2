//! RustPython alone, built as `hpyvm` is: what start-up is compared with.

#[path = "../src/allocator.rs"]
mod allocator;

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Mimalloc = allocator::Mimalloc;

fn main() -> ExitCode {
    rustpython::run(InterpreterBuilder::new().init_stdlib())
}
