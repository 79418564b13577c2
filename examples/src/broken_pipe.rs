//! What a command does when nobody reads its output any more.

use std::panic::{self, PanicHookInfo};

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
