//! The way in from C: how the functions of a context are made.
//!
//! Each function of the context stands once, in [`crate::context`], under the macro
//! [`context_functions!`]. The macro makes the C functions, which find the core, receive
//! the [arguments], run the body, and turn a failure into the pending error and the
//! [sentinel](results) of the result's type.
//!
//! # The two paths of a function
//!
//! Many calls need nothing but the handle table: duplicating, closing, a number in the
//! word, the struct of an object. The general path has a frame to catch panics in, raises
//! errors and may leave the lock, which costs several times what such a call does. So a
//! function may have two bodies, one below the other:
//!
//! - `general` does everything. It gets a [`ContextCall`] and returns a `Result`.
//! - `fast` does the frequent case. It gets a [`FastCall`] and returns an `Option`;
//!   after `None` the general path starts anew.
//!
//! A context has the fast path where a function has one. Where the handle table is
//! smaller than what a word can name, for want of address space, all functions are the
//! general ones.
//!
//! # Three promises
//!
//! - **No panic crosses into C.** It becomes a `SystemError` with the panic's text.
//!   (`extern "C"` would abort the process.)
//! - **`errno` stays as it was**, whatever runs outside the lock ([`Core::leave`]). Nothing
//!   else makes a system call that could change it.
//! - **A function that fails leaves an error.** A general body returns a `Result`, and
//!   only its `Err` becomes a sentinel.

mod arguments;
mod call;
mod fast_call;
mod instance;
mod results;

pub(crate) use arguments::{ArrayArg, CArgument, CStrArg, DefinitionArg, InOut, Out};
pub(crate) use call::ContextCall;
pub(crate) use fast_call::{FastCall, close_last};
pub(crate) use instance::ContextInstance;
pub(crate) use results::CResult;

use crate::abi::HPyContext;
use crate::runtime::{Runtime, VmResult};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the general body of one context function.
///
/// # Safety
///
/// `context` is in an instance of a core for `R`.
#[inline(always)]
pub(crate) unsafe fn run_general<R: Runtime, T: CResult>(
    context: *mut HPyContext,
    row: &'static str,
    body: impl FnOnce(ContextCall<R>) -> VmResult<T, R>,
) -> T {
    // SAFETY: the caller vouches for the context.
    let call = ContextCall::new(unsafe { ContextInstance::<R>::of(context) }, row);
    match catch_unwind(AssertUnwindSafe(|| body(call))) {
        Ok(Ok(result)) => return result,
        Ok(Err(error)) => call.fail::<T>(error),
        Err(panic) => call.panicked(&*panic),
    }
    T::FAILURE
}

/// Runs the fast body of one context function. `None` if the general one is to run.
///
/// # Safety
///
/// `context` is in an instance of a core for `R`, and the instance has slots.
#[inline(always)]
pub(crate) unsafe fn run_fast<R: Runtime, T: CResult>(
    context: *mut HPyContext,
    row: &'static str,
    body: impl FnOnce(FastCall<R>) -> Option<T>,
) -> Option<T> {
    // SAFETY: the caller vouches for the context and its slots.
    let call = unsafe { FastCall::new(ContextInstance::<R>::of(context)) };
    // Where the compiler sees that there can be no panic, this costs nothing.
    catch_unwind(AssertUnwindSafe(|| body(call))).unwrap_or_else(|panic| {
        call.panicked(row, &*panic);
        Some(T::FAILURE)
    })
}

/// Declares functions of the context, each under the name of its row in
/// [`context_table!`](crate::context_table):
///
/// ```text
/// fn ctx_Length(call, h: HPy) -> HPy_ssize_t {
///     fast { ... }       // call: FastCall<R>     -> Option<HPy_ssize_t>
///     general { ... }    // call: ContextCall<R>  -> VmResult<HPy_ssize_t, R>
/// }
/// ```
///
/// A function with the general body alone has it between the braces. The type of an
/// argument is a [`CArgument`] for the C type in the row. For each function there is a
/// module of its name with the C functions `fast`, which is the general one where there is no fast body, and `general`.
macro_rules! context_functions {
    ($(
        $(#[$attribute:meta])*
        fn $function:ident($call:ident $(, $arg:ident: $type:ty)* $(,)?) $(-> $ret:ty)? {
            $($body:tt)*
        }
    )*) => {
        $(
            $(#[$attribute])*
            pub(crate) mod $function {
                #[allow(unused_imports)]
                use super::*;

                $crate::boundary::context_function! {
                    $function [$call] [$($arg: $type),*] [$($ret)?] $($body)*
                }
            }
        )*
    };
}

/// Makes the C functions of one context function; see [`context_functions!`].
macro_rules! context_function {
    ($function:ident $call:tt $args:tt $ret:tt fast $fast:block general $general:block) => {
        $crate::boundary::context_path!(fast fast $function $call $args $ret $fast);
        $crate::boundary::context_path!(general general $function $call $args $ret $general);
    };
    ($function:ident $call:tt $args:tt $ret:tt $($general:tt)*) => {
        pub(crate) use general as fast;
        $crate::boundary::context_path!(
            general general $function $call $args $ret { $($general)* }
        );
    };
}

/// Makes one C function; see [`context_functions!`].
macro_rules! context_path {
    (general $name:ident $function:ident
        [$call:ident] [$($arg:ident: $type:ty),*] [$($ret:ty)?] $body:block
    ) => {
        #[allow(unused_variables)]
        pub(crate) unsafe extern "C" fn $name<R: $crate::definitions::Definitions>(
            context: *mut $crate::abi::HPyContext,
            $($arg: <$type as $crate::boundary::CArgument>::C,)*
        ) $(-> $ret)? {
            // SAFETY: the extension keeps the contract that the documentation states.
            $(let $arg = unsafe { <$type as $crate::boundary::CArgument>::receive($arg) };)*
            let body = |$call: $crate::boundary::ContextCall<R>| -> $crate::runtime::VmResult<_, R> {
                $body
            };
            const MAY_REENTER: bool = $crate::abi::context::effects::$function.may_reenter();
            if MAY_REENTER && $crate::contextless::is_traversing() {
                $crate::contextless::refuse(stringify!($function));
            }
            // SAFETY: the function is only in contexts that a loader for `R` made.
            unsafe { $crate::boundary::run_general::<R, _>(context, stringify!($function), body) }
        }
    };
    (fast $name:ident $function:ident
        [$call:ident] [$($arg:ident: $type:ty),*] [$($ret:ty)?] $body:block
    ) => {
        #[allow(unused_variables)]
        pub(crate) unsafe extern "C" fn $name<R: $crate::definitions::Definitions>(
            context: *mut $crate::abi::HPyContext,
            $($arg: <$type as $crate::boundary::CArgument>::C,)*
        ) $(-> $ret)? {
            let done = {
                // SAFETY: the extension keeps the contract that the documentation states.
                $(let $arg = unsafe { <$type as $crate::boundary::CArgument>::receive($arg) };)*
                let body = |$call: $crate::boundary::FastCall<R>| -> Option<_> { $body };
                // SAFETY: the function is only in contexts that a loader for `R` made,
                // and only where the instance has slots.
                unsafe { $crate::boundary::run_fast::<R, _>(context, stringify!($function), body) }
            };
            match done {
                Some(result) => result,
                // SAFETY: as for the caller of this function.
                None => unsafe { general::<R>(context, $($arg),*) },
            }
        }
    };
}

pub(crate) use {context_function, context_functions, context_path};
