//! The loader against a toy runtime: the boundary, the bodies of the context
//! functions, calls into C, and the lock.
//!
//! The tests play the extension. They call through the function pointers of a
//! real context, and what the loader calls are `extern "C"` functions. Most of
//! them run on a runtime without threads and on one with, where the HPy lock is
//! real; each starts a VM of its own and fails if a handle or a value is left
//! over at the end.

mod arguments;
mod biased_owner;
mod builders;
mod capsules;
mod deaths;
mod departures;
mod exclusion;
mod host;
mod immediates;
mod members;
mod modes;
mod modules;
mod observer;
mod panics;
mod pending;
mod processes;
mod results;
mod rows;
mod sequences;
mod sizes;
mod threads;
mod types;

use hpyvm_properties::{definitions, extension};
