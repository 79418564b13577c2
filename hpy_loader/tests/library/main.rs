//! Opening universal binaries, and files that look like one.

#[cfg(target_os = "linux")]
mod damage;
mod fixture;
mod opening;
mod refusal;
