//! The functions of the debug context.
//!
//! A row does what its arguments and its result say: a handle is unwrapped on
//! the way in and wrapped on the way out, everything else is passed on. The rows
//! to which there is more than that are written by hand, a file a topic, and
//! take the places of those made here.

mod arrays;
mod builders;
mod fields;
mod handles;
mod promises;
mod rules;
mod structs;
mod threads;
mod trackers;
mod types;

pub(super) use builders::Builders;
pub(super) use fields::Structs;
pub(super) use trackers::Trackers;

use super::inspection::Inspection;
use super::visit::Busy;
use crate::abi::*;
use crate::context_table;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;

/// The number of the row at an offset of the context.
const fn row(offset: usize) -> usize {
    (offset - offset_of!(HPyContext, h_None)) / size_of::<HPy>()
}

/// Where the row of that number is in the context.
pub(super) const fn offset(row: usize) -> usize {
    row * size_of::<HPy>() + offset_of!(HPyContext, h_None)
}

/// The entries that know their caller are generic, for those of the universal
/// context; there is but one debug context.
trait Context {}

/// That one.
struct Checked;

impl Context for Checked {}

/// Declares rows: `fn name(inspection, argument: type, ...) -> type { body }`,
/// and a function `fill` that puts them into a context.
macro_rules! rows {
    ($(
        fn $function:ident($inspection:ident $(, $arg:ident: $type:ty)* $(,)?) $(-> $ret:ty)? $body:block
    )*) => {
        #[allow(non_snake_case)]
        mod inspected {
            use super::*;

            $(
                pub(super) unsafe extern "C" fn $function<C: Context>(
                    context: *mut HPyContext,
                    $($arg: $type,)*
                    address: $crate::sites::Register,
                    stack: $crate::sites::Register,
                    frame: $crate::sites::Register,
                ) $(-> $ret)? {
                    const OFFSET: usize = std::mem::offset_of!(HPyContext, $function);
                    const ROW: usize = row(OFFSET);
                    const NEEDS_NO_ERROR: bool =
                        is_among(stringify!($function), rules::NEED_NO_ERROR);
                    const IS_QUIET: bool = is_among(stringify!($function), rules::QUIET);
                    let caller = $crate::sites::Caller::new(address, stack, frame).calling(OFFSET);
                    // SAFETY: the rows are only in contexts of this mode.
                    let inspection = unsafe { Inspection::enter(context, ROW, caller) };
                    if NEEDS_NO_ERROR {
                        inspection.expect_no_error();
                    }
                    let _busy = (!IS_QUIET).then(|| Busy::new(inspection.turn));
                    let $inspection = &inspection;
                    $body
                }
            )*
        }

        #[allow(non_snake_case)]
        mod entries {
            use super::*;

            $($crate::with_caller! {
                pub(super) fn $function<C: Context>(
                    context: *mut HPyContext $(, $arg: $type)*
                ) $(-> $ret)? => inspected::$function::<C>
            })*
        }

        /// Puts these rows into a context.
        pub(super) fn fill(context: &mut HPyContext) {
            $(context.$function = entries::$function::<Checked>;)*
        }
    };
}
use rows;

use rules::is_among;

/// What becomes of an argument.
trait Argument: Sized {
    fn pass(self, _: &Inspection) -> Self {
        self
    }
}

impl Argument for HPy {
    #[inline(always)]
    fn pass(self, inspection: &Inspection) -> Self {
        inspection.unwrap(self)
    }
}

impl Argument for *const c_char {
    #[inline(always)]
    fn pass(self, inspection: &Inspection) -> Self {
        promises::check(inspection, self);
        self
    }
}

/// What becomes of a result.
trait Result: Sized {
    fn pass_back(self, _: &Inspection) -> Self {
        self
    }
}

impl Result for HPy {
    #[inline(always)]
    fn pass_back(self, inspection: &Inspection) -> Self {
        inspection.wrap(self)
    }
}

macro_rules! passed_on {
    ($trait:ident: $($type:ty),* $(,)?) => { $(impl $trait for $type {})* };
}

passed_on! {
    Argument: i32, u32, i64, u64, isize, usize, f64, bool, *mut c_void, *mut *mut c_void,
    *const c_void, *const HPy, *mut HPy, *const wchar_t, *mut HPy_ssize_t, *mut HPyType_Spec,
    *mut HPyType_SpecParam, *mut cpy_PyObject, *mut HPyField, *mut HPyGlobal,
    *mut HPyCapsule_Destructor, *mut HPyCallFunction, HPyField, HPyGlobal, HPyTracker,
    HPyListBuilder, HPyTupleBuilder, HPyThreadState, HPyFunc_Signature, _HPyCapsule_key,
    HPy_SourceKind,
}

passed_on! {
    Result: (), i32, u32, i64, u64, isize, usize, f64, *mut c_void, *const c_char,
    *mut cpy_PyObject, HPyTracker, HPyListBuilder, HPyTupleBuilder, HPyThreadState,
    HPyType_BuiltinShape,
}

macro_rules! declare_rows {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?;)* }
    )*) => {
        mod plain {
            use super::*;

            rows! {
                $($(fn $function(inspection $(, $arg: $type)*) $(-> $ret)? {
                    let inner = inspection.inner();
                    $(let $arg = Argument::pass($arg, inspection);)*
                    // SAFETY: the extension's arguments, passed on.
                    let result = unsafe { ((*inner).$function)(inner $(, $arg)*) };
                    Result::pass_back(result, inspection)
                })*)*
            }
        }

        /// Replaces the constants of a context.
        pub(super) fn map_constants(context: &mut HPyContext, map: impl Fn(HPy) -> HPy) {
            $($(context.$constant = map(context.$constant);)*)*
        }
    };
}
context_table!(declare_rows);

/// Puts the functions of this mode into a context.
pub(super) fn fill(context: &mut HPyContext) {
    plain::fill(context);
    arrays::fill(context);
    builders::fill(context);
    fields::fill(context);
    handles::fill(context);
    promises::fill(context);
    structs::fill(context);
    threads::fill_all(context);
    trackers::fill(context);
    types::fill(context);
}
