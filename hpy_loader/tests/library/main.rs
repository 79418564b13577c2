//! Opening universal binaries, and files that look like one.

#[cfg(target_os = "linux")]
mod damage;
mod fixture;
#[cfg(target_os = "linux")]
mod identity;
mod opening;
mod refusal;
