//! The functions of the debug context, a wrapper around each row.
//!
//! A wrapper does what its arguments and its result say: a handle is unwrapped on
//! the way in and wrapped on the way out, everything else is passed on. Where there
//! is more to a row, its wrapper is written by hand, a file a topic, and takes the
//! place of the one made here.

mod arrays;
mod borrowed_buffers;
mod builders;
mod errors;
mod fields;
mod handles;
mod numbers;
mod passing;
mod structs;
mod threads;
mod trackers;
mod types;

use super::inspection::Inspection;
use super::pooled_context::{PooledContext, ReentryGuard};
use super::violations::ViolationKind;
use crate::abi::context::{Effect, effects, row_index};
use crate::abi::*;
use crate::context_table;
use crate::platform::errno::KeptErrno;
use crate::sites::{CallSite, Site};
use passing::{Passed, noted};
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;

/// Declares wrappers, and a function `fill` that puts them into a context:
///
/// ```text
/// fn name(argument: type, ...) -> type {
///     fast(context, call_site) { body }
///     general(inspection) { body }
/// }
/// ```
///
/// The fast body is for the call in which everything is right and the place of the call
/// is known, which is nearly every call. It yields an `Option`. If that is `None`,
/// nothing may have happened, since the general body begins from the start.
///
/// Either body may be missing. The general body is that of `all_rows` then, and without
/// a fast body C comes to the general one at once.
macro_rules! wrappers {
    ($(
        fn $function:ident($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? {
            $(fast($context:ident, $call_site:ident) $fast:block)?
            $(general($inspection:ident) $general:block)?
        }
    )*) => {
        #[allow(non_snake_case)]
        pub(super) mod general {
            use super::*;

            $(general_body! {
                $function($($arg: $type),*) $(-> $ret)? $(, $inspection $general)?
            })*
        }

        #[allow(non_snake_case)]
        mod fast {
            use super::*;

            $(fast_body! {
                $function($($arg: $type),*) $(-> $ret)? $(, $context $call_site $fast)?
            })*
        }

        /// What C calls: notes who has called, and goes on to the fast body.
        #[allow(non_snake_case)]
        mod entries {
            use super::*;

            $($crate::with_caller! {
                pub(super) fn $function(
                    context: *mut HPyContext $(, $arg: $type)*
                ) $(-> $ret)?, at PooledContext::REGISTERS => fast::$function
            })*
        }

        pub(super) fn fill(context: &mut HPyContext) {
            $(context.$function = entries::$function;)*
        }
    };
}
use wrappers;

macro_rules! general_body {
    ($function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?) => {
        pub(super) use crate::debug::wrappers::all_rows::general::$function;
    };
    (
        $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?,
        $inspection:ident $general:block
    ) => {
        pub(in crate::debug::wrappers) unsafe extern "C" fn $function(
            context: *mut HPyContext,
            $($arg: $type,)*
        ) $(-> $ret)? {
            const ROW: usize = row_index(offset_of!(HPyContext, $function));
            const EFFECT: Effect = effects::$function;
            let _errno = KeptErrno::new();
            // SAFETY: the wrappers are only in contexts of this mode.
            let inspection = unsafe { Inspection::enter(context, ROW) };
            if EFFECT.needs_no_error() {
                inspection.expect_no_error();
            }
            let _guard = EFFECT
                .may_reenter()
                .then(|| ReentryGuard::capturing(inspection.context));
            let $inspection = &inspection;
            $general
        }
    };
}
use general_body;

macro_rules! fast_body {
    ($function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?) => {
        pub(super) use super::general::$function;
    };
    (
        $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?,
        $context:ident $call_site:ident $fast:block
    ) => {
        pub(super) unsafe extern "C" fn $function(
            context: *mut HPyContext,
            $($arg: $type,)*
        ) $(-> $ret)? {
            // SAFETY: the wrappers are only in contexts of this mode.
            let $context = unsafe { PooledContext::of(context) };
            let $call_site = CallSite {
                address: $context.registers.address(),
                offset: offset_of!(HPyContext, $function),
            };
            let fast = || $fast;
            if $context.is_current()
                && let Some(result) = fast()
            {
                return result;
            }
            // SAFETY: as C calls it.
            unsafe { general::$function(context $(, $arg)*) }
        }
    };
}
use fast_body;

macro_rules! declare_wrappers {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$effect:ident $($facts:tt)*];
        )* }
    )*) => {
        mod all_rows {
            use super::*;

            wrappers! {
                $($(fn $function($($arg: $type),*) $(-> $ret)? {
                    fast(context, call_site) {
                        const EFFECT: Effect = Effect::$effect;
                        if EFFECT.needs_no_error() && context.debug.is_error_pending() {
                            return None;
                        }
                        let inner = context.inner;
                        $(let $arg = Passed::try_pass($arg, context)?;)*
                        // SAFETY: the extension's arguments, passed on.
                        let call = || unsafe { (inner.$function)(inner.as_ptr() $(, $arg)*) };
                        noted(context, call_site, EFFECT, call)
                    }
                    general(inspection) {
                        let inner = inspection.inner();
                        $(let $arg = Passed::pass($arg, inspection);)*
                        // SAFETY: the extension's arguments, passed on.
                        let result = unsafe { (inner.$function)(inner.as_ptr() $(, $arg)*) };
                        Passed::pass_back(result, inspection)
                    }
                })*)*
            }
        }

        pub(super) fn map_constants(context: &mut HPyContext, map: impl Fn(HPy) -> HPy) {
            $($(context.$constant = map(context.$constant);)*)*
        }
    };
}
context_table!(declare_wrappers);

pub(super) fn fill(context: &mut HPyContext) {
    all_rows::fill(context);
    arrays::fill(context);
    borrowed_buffers::fill(context);
    builders::fill(context);
    errors::fill(context);
    fields::fill(context);
    handles::fill(context);
    numbers::fill(context);
    structs::fill(context);
    threads::fill_all(context);
    trackers::fill(context);
    types::fill(context);
}
