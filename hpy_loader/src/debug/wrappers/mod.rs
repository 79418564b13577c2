//! The functions of the debug context.
//!
//! A row does what its arguments and its result say: a handle is unwrapped on
//! the way in and wrapped on the way out, everything else is passed on. The rows
//! to which there is more than that are written by hand, a file a topic, and
//! take the places of those made here.

mod arrays;
mod borrowed_buffers;
mod builders;
mod errors;
mod fields;
mod handles;
mod numbers;
mod structs;
mod threads;
mod trackers;
mod types;

pub(super) use builders::Builders;
pub(super) use fields::Structs;
pub(super) use trackers::Trackers;

use super::debug_call::Busy;
use super::extension::Turn;
use super::inspection::Inspection;
use crate::abi::context::{Effect, effects};
use crate::abi::*;
use crate::context_table;
use crate::sites::{Entered, Site};
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
/// and a function `fill` that puts them into a context. `via shortcut;` before
/// them says that C gets there by way of [`shortcuts`].
macro_rules! rows {
    ($(fn $row:tt $args:tt $(-> $ret:ty)? $body:block)*) => {
        rows! { via inspected; $(fn $row $args $(-> $ret)? $body)* }
    };
    (via $via:ident; $(
        fn $function:ident($inspection:ident $(, $arg:ident: $type:ty)* $(,)?) $(-> $ret:ty)? $body:block
    )*) => {
        #[allow(non_snake_case)]
        pub(super) mod inspected {
            use super::*;

            $(
                pub(in crate::debug::wrappers) unsafe extern "C" fn $function<C: Context>(
                    context: *mut HPyContext,
                    $($arg: $type,)*
                ) $(-> $ret)? {
                    const ROW: usize = row(std::mem::offset_of!(HPyContext, $function));
                    const EFFECT: Effect = effects::$function;
                    // SAFETY: the rows are only in contexts of this mode.
                    let inspection = unsafe { Inspection::enter(context, ROW) };
                    if EFFECT.needs_no_error() {
                        inspection.expect_no_error();
                    }
                    let _busy = EFFECT.may_reenter().then(|| Busy::new(inspection.turn));
                    let $inspection = &inspection;
                    $body
                }
            )*
        }

        entries! { via $via; $(fn $function($($arg: $type),*) $(-> $ret)?;)* }
    };
}
use rows;

/// Declares where C comes in: functions that note who has called, and go on to the
/// ones of the same names in `via`. And `fill`, which puts them into a context.
macro_rules! entries {
    (via $via:ident; $(fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?;)*) => {
        #[allow(non_snake_case)]
        mod entries {
            use super::*;

            $($crate::with_caller! {
                pub(super) fn $function<C: Context>(
                    context: *mut HPyContext $(, $arg: $type)*
                ) $(-> $ret)?, at Turn::REGISTERS => $via::$function::<C>
            })*
        }

        /// Puts these rows into a context.
        pub(super) fn fill(context: &mut HPyContext) {
            $(context.$function = entries::$function::<Checked>;)*
        }
    };
}
use entries;

/// Declares what C comes to before a row: `fn name(turn, entered, argument: type,
/// ...) -> type { body }`. The body has an `Option`, and nothing may have happened
/// if it is `None`: the row then begins from the start.
///
/// Almost always everything is right, and the place of the call is known. Then
/// there is nothing to say about the call, and what is needed to say it stays
/// where it is.
macro_rules! shortcuts {
    ($(
        fn $function:ident($turn:ident, $entered:ident $(, $arg:ident: $type:ty)* $(,)?)
        $(-> $ret:ty)? $body:block
    )*) => {
        #[allow(non_snake_case)]
        mod shortcut {
            use super::*;

            $(
                pub(super) unsafe extern "C" fn $function<C: Context>(
                    context: *mut HPyContext,
                    $($arg: $type,)*
                ) $(-> $ret)? {
                    // SAFETY: the rows are only in contexts of this mode.
                    let $turn = unsafe { Turn::of(context) };
                    let $entered = Entered {
                        address: $turn.registers.address(),
                        offset: offset_of!(HPyContext, $function),
                    };
                    let shortcut = || $body;
                    if $turn.is_current()
                        && let Some(result) = shortcut()
                    {
                        return result;
                    }
                    // SAFETY: as C calls it.
                    unsafe { inspected::$function::<C>(context $(, $arg)*) }
                }
            )*
        }
    };
}
use shortcuts;

/// What becomes of an argument.
trait Argument: Sized {
    fn pass(self, _: &Inspection) -> Self {
        self
    }

    /// The same, if there is nothing to report.
    fn try_pass(self, _: &Turn) -> Option<Self> {
        Some(self)
    }
}

impl Argument for HPy {
    #[inline(always)]
    fn try_pass(self, turn: &Turn) -> Option<Self> {
        turn.unwrap(self)
    }

    #[inline(always)]
    fn pass(self, inspection: &Inspection) -> Self {
        inspection.unwrap(self)
    }
}

impl Argument for *const c_char {
    #[inline(always)]
    fn try_pass(self, turn: &Turn) -> Option<Self> {
        (!borrowed_buffers::is_promised(turn, self)).then_some(self)
    }

    #[inline(always)]
    fn pass(self, inspection: &Inspection) -> Self {
        borrowed_buffers::check(inspection, self);
        self
    }
}

/// What becomes of a result.
trait Result: Sized {
    fn pass_back(self, _: &Inspection) -> Self {
        self
    }

    /// What has to be said about it.
    type Note: Copy;

    /// That, if it is at hand.
    fn note(_: &Turn, _: Entered) -> Option<Self::Note>;

    /// As [`pass_back`](Self::pass_back), with a [note](Self::note).
    fn pass_noted(self, _: &Turn, _: Self::Note) -> Self {
        self
    }
}

impl Result for HPy {
    type Note = Site;

    #[inline(always)]
    fn note(turn: &Turn, entered: Entered) -> Option<Site> {
        turn.site(entered)
    }

    #[inline(always)]
    fn pass_noted(self, turn: &Turn, site: Site) -> Self {
        turn.wrap(self, site)
    }

    #[inline(always)]
    fn pass_back(self, inspection: &Inspection) -> Self {
        inspection.wrap(self)
    }
}

macro_rules! passed_on {
    ($($type:ty),* $(,)?) => { $(impl Argument for $type {})* };
}

macro_rules! passed_back {
    ($($type:ty),* $(,)?) => {
        $(impl Result for $type {
            type Note = ();

            #[inline(always)]
            fn note(_: &Turn, _: Entered) -> Option<()> {
                Some(())
            }
        })*
    };
}

passed_on! {
    i32, u32, i64, u64, isize, usize, f64, bool, *mut c_void, *mut *mut c_void,
    *const c_void, *const HPy, *mut HPy, *const wchar_t, *mut HPy_ssize_t, *mut HPyType_Spec,
    *mut HPyType_SpecParam, *mut cpy_PyObject, *mut HPyField, *mut HPyGlobal,
    *mut HPyCapsule_Destructor, *mut HPyCallFunction, HPyField, HPyGlobal, HPyTracker,
    HPyListBuilder, HPyTupleBuilder, HPyThreadState, HPyFunc_Signature, _HPyCapsule_key,
    HPy_SourceKind,
}

passed_back! {
    (), i32, u32, i64, u64, isize, usize, f64, *mut c_void, *const c_char,
    *mut cpy_PyObject, HPyTracker, HPyListBuilder, HPyTupleBuilder, HPyThreadState,
    HPyType_BuiltinShape,
}

/// Calls the wrapped context, if what has to be known for the result is.
#[inline(always)]
fn noted<T: Result>(
    turn: &'static Turn,
    entered: Entered,
    effect: Effect,
    call: impl FnOnce() -> T,
) -> Option<T> {
    let note = T::note(turn, entered)?;
    if effect.may_reenter() && turn.has_unplaced() {
        return None;
    }
    let result = {
        let _busy = effect.may_reenter().then(|| Busy::placed(turn));
        call()
    };
    Some(result.pass_noted(turn, note))
}

macro_rules! declare_rows {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$effect:ident $($facts:tt)*];
        )* }
    )*) => {
        mod plain {
            use super::*;

            shortcuts! {
                $($(fn $function(turn, entered $(, $arg: $type)*) $(-> $ret)? {
                    const EFFECT: Effect = Effect::$effect;
                    if EFFECT.needs_no_error() && turn.debug.is_error_pending() {
                        return None;
                    }
                    let inner = turn.inner;
                    $(let $arg = Argument::try_pass($arg, turn)?;)*
                    // SAFETY: the extension's arguments, passed on.
                    let call = || unsafe { ((*inner).$function)(inner $(, $arg)*) };
                    noted(turn, entered, EFFECT, call)
                })*)*
            }

            rows! {
                via shortcut;
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
    errors::fill(context);
    fields::fill_all(context);
    handles::fill_all(context);
    numbers::fill(context);
    borrowed_buffers::fill(context);
    structs::fill(context);
    threads::fill_all(context);
    trackers::fill(context);
    types::fill_all(context);
}
