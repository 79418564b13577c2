//! How the workspace's commands end.

use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use anyhow::Result;
use console::style;

/// Runs a command whose exit status is 0 if all is right, 1 if it is not, and 2 if
/// something could not be done, which is written to standard error.
pub fn run(work: impl FnOnce() -> Result<bool>) -> ExitCode {
    leave_quietly();
    match work() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{} {error:#}", style("error:").red().bold().for_stderr());
            ExitCode::from(2)
        }
    }
}

/// Lets this process end without a word when its reader has gone, as in `cargo
/// verify --list | head -1`. `println!` panics then, which is right (guards run,
/// temporary files go), but the panic's message would be the reader's only thanks.
pub fn leave_quietly() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !is_broken_pipe(info) {
            usual(info);
        }
    }));
}

fn is_broken_pipe(info: &PanicHookInfo<'_>) -> bool {
    info.payload_as_str().is_some_and(|message| {
        message.starts_with("failed printing to std") && message.contains("Broken pipe")
    })
}
