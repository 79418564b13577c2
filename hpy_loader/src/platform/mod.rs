//! What the operating system gives, one file a concern.
//!
//! Nothing above this module names an operating system or calls its C library. What a
//! system lacks is said here by a value (a fence that is not available, a stack of
//! unknown extent), so that everything else compiles anywhere.

pub(crate) mod call_frame;
pub(crate) mod errno;
pub(crate) mod exceptions;
pub(crate) mod exits;
pub(crate) mod faults;
pub(crate) mod images;
pub(crate) mod library;
mod open_file;
pub(crate) mod pages;
#[cfg(target_os = "linux")]
mod placement;
pub(crate) mod standard_error;
pub(crate) mod threads;

pub(crate) use libc::wchar_t;
