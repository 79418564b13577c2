//! What the commands have in common.

use crate::interpreter::Interpreter;
use crate::language::Script;
use crate::library;
use anyhow::{Context, Result};
use moving_gc::{Options, Vm};
use std::process::ExitCode;

/// A VM with its language. One a thread.
///
/// # Errors
///
/// If the system does not give the memory.
pub fn start() -> Result<(&'static Vm, &'static Interpreter)> {
    let vm = Vm::start(Options::default()).context("the VM cannot start")?;
    let interpreter = Interpreter::new(vm, library::module);
    vm.set_language(Box::new(Script(interpreter)));
    library::install(interpreter);
    Ok((vm, interpreter))
}

/// The status of a command: whether all was right, or why it could not be run.
pub fn exit_code(result: Result<bool>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
