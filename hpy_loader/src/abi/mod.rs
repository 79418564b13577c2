//! C layouts of the HPy universal ABI, version 0: the context and the
//! structures that an extension fills in.
//!
//! The names are C's, since whoever reads this has the headers of `hpy` 0.9.0
//! beside it. The C compiler checks all of it against those headers (step
//! `headers` of `cargo verify`); nothing here is copied from them. C enums are
//! integer newtypes: an extension may put any number there.

#![allow(non_camel_case_types, non_snake_case)]

pub mod context;
mod definitions;
mod enums;
mod functions;
mod handles;
mod row;
mod slots;

pub use context::HPyContext;
pub use definitions::*;
pub use enums::*;
pub use functions::*;
pub use handles::*;
pub use slots::*;

/// The version of the universal ABI: the number in `.hpy0.so`.
pub const ABI_VERSION: i32 = 0;
/// The minor version, which grows when members are appended to the context.
pub const ABI_VERSION_MINOR: i32 = 0;
