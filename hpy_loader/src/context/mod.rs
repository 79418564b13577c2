//! The bodies of the context functions, by topic.
//!
//! Each function has the name and the arguments of its row in
//! [`context_table!`](crate::context_table); [`crate::boundary`] makes the C
//! function around it. A body decodes its handles, calls the runtime and opens
//! handles for the results. What may reach Python code runs inside
//! [`Entry::leave`].
//!
//! What each function does is fixed by `public_api.h` and `docs/` of hpy 0.9.0,
//! and where these are silent by what its loader for CPython calls.
//!
//! # Safety
//!
//! All bodies: pointer arguments are valid as the documentation of the function
//! demands of the extension. Handles may be any word.

#![allow(non_snake_case, clippy::missing_safety_doc, missing_docs)]

mod builder;
mod bytes;
mod call;
mod capsule;
mod containers;
mod context_var;
mod err;
mod eval;
mod field;
mod global;
mod handle;
mod head;
mod legacy;
mod long;
mod number;
mod object;
mod threads;
mod tracker;
mod types;
mod unicode;

pub(crate) use builder::*;
pub(crate) use bytes::*;
pub(crate) use call::*;
pub(crate) use capsule::*;
pub(crate) use containers::*;
pub(crate) use context_var::*;
pub(crate) use err::*;
pub(crate) use eval::*;
pub(crate) use field::*;
pub(crate) use global::*;
pub(crate) use handle::*;
pub(crate) use head::*;
pub(crate) use legacy::*;
pub(crate) use long::*;
pub(crate) use number::*;
pub(crate) use object::*;
pub(crate) use threads::*;
pub(crate) use tracker::*;
pub(crate) use types::*;
pub(crate) use unicode::*;

pub(crate) use builder::Items;
pub(crate) use threads::Departure;
pub(crate) use tracker::Tracker;

/// What every body needs.
mod prelude {
    pub(super) use crate::abi::*;
    pub(super) use crate::boundary::Entry;
    pub(super) use crate::handles::{Decoded, RawHandle};
    pub(super) use crate::runtime::{BuiltinKind, Runtime, VmResult};
    pub(super) use std::ffi::{c_char, c_int, c_void};
}
