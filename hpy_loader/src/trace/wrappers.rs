//! The functions of the trace context, a wrapper around each row.

use super::folded_stacks::TimedSection;
use super::state::Trace;
use crate::abi::context::row_index;
use crate::abi::*;
use crate::platform::errno::KeptErrno;
use crate::sites::Site;
use crate::{context_table, with_caller};
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;

macro_rules! declare_wrappers {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$($facts:tt)*];
        )* }
    )*) => {
        /// They only count and time calls, or book their stacks as well.
        #[allow(non_snake_case)]
        mod wrappers {
            use super::*;

            $($(
                pub(super) unsafe extern "C" fn $function<const FOLDS: bool>(
                    context: *mut HPyContext,
                    $($arg: $type,)*
                ) $(-> $ret)? {
                    const INDEX: usize = row_index(offset_of!(HPyContext, $function));
                    let _errno = KeptErrno::new();
                    // SAFETY: the wrappers are only in contexts of this mode.
                    let trace = unsafe { &*(*context)._private.cast::<Trace>() };
                    let section = FOLDS.then(|| {
                        let caller = trace.registers.caller();
                        let caller = caller.calling(offset_of!(HPyContext, $function));
                        (caller, TimedSection::begin(&trace.clock))
                    });
                    let start = trace.begin(INDEX);
                    // SAFETY: the extension's arguments, passed on.
                    let result = unsafe { (trace.inner.$function)(trace.inner.as_ptr() $(, $arg)*) };
                    let ticks = trace.end(INDEX, start);
                    if let (Some((caller, section)), Some(stacks)) = (section, trace.stacks.get()) {
                        let site = |frames| Site::capture(caller, frames);
                        section.end(&trace.clock, stacks, ticks, Some(INDEX), site);
                    }
                    result
                }
            )*)*
        }

        /// Puts the wrappers into a context that only count and time.
        pub(super) fn fill(context: &mut HPyContext) {
            $($(context.$function = wrappers::$function::<false>;)*)*
        }

        #[allow(non_snake_case)]
        mod entries {
            use super::*;

            $($(
                with_caller! {
                    pub(super) fn $function(
                        context: *mut HPyContext, $($arg: $type,)*
                    ) $(-> $ret)?, at offset_of!(Trace, registers) => wrappers::$function::<true>
                }
            )*)*
        }

        /// Puts the wrappers into a context that book stacks as well.
        pub(super) fn fill_folding(context: &mut HPyContext) {
            $($(context.$function = entries::$function;)*)*
        }
    };
}
context_table!(declare_wrappers);
