//! The bodies of the context functions, by topic.
//!
//! Each function has the name and the arguments of its row in
//! [`context_table!`](crate::context_table), and stands once: its fast path, if it has
//! one, beside its general body. [`crate::boundary`] makes the C functions around them
//! and says what the paths are. A general body decodes its handles, calls the runtime and
//! opens handles for the results. What may reach Python code runs inside
//! [`ContextCall::leave`](crate::boundary::ContextCall::leave).
//!
//! The header `public_api.h` and the documentation of hpy 0.9.0 say what each function
//! does. Where both are silent, HPy's loader for CPython decides, by what it calls.

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

use {
    builder::*, bytes::*, call::*, capsule::*, containers::*, context_var::*, err::*, eval::*,
    field::*, global::*, handle::*, head::*, legacy::*, long::*, number::*, object::*, threads::*,
    tracker::*, types::*, unicode::*,
};

pub(crate) use handle::is_same;
pub(crate) use long::{as_i64, as_isize, as_long, as_u64};
pub(crate) use number::as_f64;

use crate::abi::{HPy, HPyContext};
use crate::context_table;
use crate::definitions::Definitions;

macro_rules! declare_functions {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$($facts:tt)*];
        )* }
    )*) => {
        /// A context whose functions are those for the VM `R`, with their fast paths or
        /// without, and whose other members are still empty.
        pub(crate) fn functions<R: Definitions>(fast_paths: bool) -> HPyContext {
            HPyContext {
                name: std::ptr::null(),
                _private: std::ptr::null_mut(),
                abi_version: 0,
                $(
                    $($constant: HPy::NULL,)*
                    $($function: match fast_paths {
                        true => $function::fast::<R>,
                        false => $function::general::<R>,
                    },)*
                )*
            }
        }
    };
}
context_table!(declare_functions);

/// What every body needs.
mod prelude {
    pub(super) use crate::abi::*;
    pub(super) use crate::boundary::{
        ArrayArg, CArgument, CStrArg, ContextCall, DefinitionArg, FastCall, InOut, Out, close_last,
        context_functions,
    };
    pub(super) use crate::handles::{Decoded, RawHandle};
    pub(super) use crate::runtime::{BuiltinKind, Runtime, VmResult};
    pub(super) use std::ffi::{c_char, c_int, c_void};
}
