//! C layouts of the HPy universal ABI, version 0: the context and the
//! structures that an extension fills in.
//!
//! The names are C's, since whoever reads this has the headers of `hpy` 0.9.0
//! beside it. The C compiler checks all of it against those headers (step
//! `headers` of `cargo verify`); nothing here is copied from them. C enums are
//! integer newtypes: an extension may put any number there.
//!
//! Hybrid modules share structures and functions of CPython 3.11 with the VM as well. Those
//! have the names that HPy's headers would give them, with `cpy_` in front.

#![allow(non_camel_case_types, non_snake_case)]

pub mod context;
mod cpython;
mod definitions;
mod enums;
mod functions;
mod handles;
mod legacy_slots;
mod row;
mod slots;

pub use context::HPyContext;
pub use cpython::*;
pub use definitions::*;
pub use enums::*;
pub use functions::*;
pub use handles::*;
pub use legacy_slots::*;
pub use slots::*;

/// The version of the universal ABI: the number in `.hpy0.so`.
pub const ABI_VERSION: i32 = 0;
/// The minor version, which grows when members are appended to the context.
pub const ABI_VERSION_MINOR: i32 = 0;
