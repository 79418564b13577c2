//! The loader against the toy VM: the boundary, the bodies of the context
//! functions, calls into C, and the lock.
//!
//! The tests play the extension. They call through the function pointers of a
//! real context, and what the loader calls are `extern "C"` functions. Most of
//! them run on a runtime without threads and on one with, where the HPy lock is
//! real; each starts a VM of its own and fails if a handle or a value is left
//! over at the end.

mod errno;
mod every_function;
mod fatal_errors;
mod host;
mod hpy_close_deaths;
mod hpybuilder;
mod hpycapsule;
mod hpyerr;
mod hpyfield;
mod hpyfunc_arguments;
mod hpyfunc_results;
mod hpymember;
mod hpymodule;
mod hpynumber_immediates;
mod hpythreadstate;
mod hpytype;
mod lock_bias;
mod lock_departures;
mod lock_exclusion;
mod modes;
mod observer;
mod panics;
mod sequences;
mod sizes;

use hpyvm_properties::{definitions, extension};
