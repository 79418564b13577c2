//! Where the reports of the debug and trace modes go.
//!
//! A report is for the person who has started the process, and it has to come even if the
//! process is about to end. Programs redirect their standard error for reasons of their
//! own: pytest captures what a test writes there, and forgets it if the process dies. So a
//! duplicate of the descriptor is made at the start.
//!
//! - A report is written to what standard error was when the duplicate was made.
//! - If standard error is another file by then, it is written there as well: a program
//!   that logs into a file finds it in its log.
//! - The duplicate is closed in programs that this one executes. A program that closes all
//!   of its descriptors closes it too. If its number is another file's by then, that file
//!   is left alone.
//!
//! Who waits for the end of the stream waits for the end of the process, therefore, even if
//! that has closed its standard error.

use crate::platform::standard_error;

/// Keeps what standard error is now for the reports of this process. Only the first call
/// has an effect. The debug and the trace mode call it when they begin; a VM that knows
/// that it will need them calls it at its start.
pub fn keep_stream() {
    standard_error::keep();
}

/// Writes a report.
pub fn write(text: &str) {
    standard_error::write(text.as_bytes());
}

/// Writes what `format!` makes of its arguments as a report, and a line end.
macro_rules! report_line {
    ($($argument:tt)*) => {
        $crate::report::write(&(format!($($argument)*) + "\n"))
    };
}
pub(crate) use report_line;
