//! What the commands have in common.

use super::Interpreter;
use anyhow::{Context, Result};
use moving_gc::{Options, Vm};
use std::process::ExitCode;

/// A VM with its language.
///
/// # Errors
///
/// If the system does not give the memory.
pub fn start() -> Result<(&'static Vm, &'static Interpreter)> {
    let vm = Vm::start(Options::default()).context("the VM cannot start")?;
    Ok((vm, Interpreter::start(vm)))
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
