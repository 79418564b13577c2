//! Sites in C code: which function and line called, in libraries with debug
//! information and without.
#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod calls;
mod cost;
mod lines;
mod stacks;
mod subject;
mod without;
