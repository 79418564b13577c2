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
mod structs;
mod threads;
mod trackers;
mod types;

pub(super) use builders::Builders;
pub(super) use fields::Structs;
pub(super) use trackers::Trackers;

use super::inspection::Inspection;
use crate::abi::context::ROWS;
use crate::abi::*;
use crate::context_table;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use std::sync::LazyLock;

/// The number of the row at an offset of the context.
const fn row(offset: usize) -> usize {
    (offset - offset_of!(HPyContext, h_None)) / size_of::<HPy>()
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
                    let caller = $crate::sites::Caller::new(address, stack, frame).calling(OFFSET);
                    // SAFETY: the rows are only in contexts of this mode.
                    let inspection = unsafe { Inspection::enter(context, ROW, caller) };
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

/// Functions that may run Python code. With an error pending they could lose it,
/// or take it for their own; CPython's debug builds assert that there is none.
const NEED_NO_ERROR: &[&str] = &[
    "ctx_Add",
    "ctx_Subtract",
    "ctx_Multiply",
    "ctx_MatrixMultiply",
    "ctx_FloorDivide",
    "ctx_TrueDivide",
    "ctx_Remainder",
    "ctx_Divmod",
    "ctx_Power",
    "ctx_Negative",
    "ctx_Positive",
    "ctx_Absolute",
    "ctx_Invert",
    "ctx_Lshift",
    "ctx_Rshift",
    "ctx_And",
    "ctx_Xor",
    "ctx_Or",
    "ctx_InPlaceAdd",
    "ctx_InPlaceSubtract",
    "ctx_InPlaceMultiply",
    "ctx_InPlaceMatrixMultiply",
    "ctx_InPlaceFloorDivide",
    "ctx_InPlaceTrueDivide",
    "ctx_InPlaceRemainder",
    "ctx_InPlacePower",
    "ctx_InPlaceLshift",
    "ctx_InPlaceRshift",
    "ctx_InPlaceAnd",
    "ctx_InPlaceXor",
    "ctx_InPlaceOr",
    "ctx_CallTupleDict",
    "ctx_Call",
    "ctx_CallMethod",
    "ctx_IsTrue",
    "ctx_GetAttr",
    "ctx_GetAttr_s",
    "ctx_SetAttr",
    "ctx_SetAttr_s",
    "ctx_GetItem",
    "ctx_GetItem_i",
    "ctx_GetItem_s",
    "ctx_SetItem",
    "ctx_SetItem_i",
    "ctx_SetItem_s",
    "ctx_DelItem",
    "ctx_DelItem_i",
    "ctx_DelItem_s",
    "ctx_Contains",
    "ctx_Repr",
    "ctx_Str",
    "ctx_ASCII",
    "ctx_Bytes",
    "ctx_RichCompare",
    "ctx_RichCompareBool",
    "ctx_Hash",
    "ctx_Import_ImportModule",
    "ctx_EvalCode",
    "ctx_Compile_s",
    "ctx_Type_FromSpec",
    "ctx_New",
    "ctx_GetSlice",
    "ctx_SetSlice",
    "ctx_DelSlice",
    "ctx_GetIter",
    "ctx_Iter_Next",
];

/// Whether the function must not be called with an error pending.
#[inline]
pub(super) fn needs_no_error(row: usize) -> bool {
    static ROWS_OF_IT: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let is_one = |row: &context::Row| NEED_NO_ERROR.contains(&row.name);
        ROWS.iter().map(is_one).collect()
    });
    ROWS_OF_IT[row]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::context::RowKind;

    #[test]
    fn the_names_are_those_of_rows() {
        for name in NEED_NO_ERROR {
            let is_it = |row: &&context::Row| row.name == *name;
            let row = ROWS.iter().find(is_it).expect(name);
            assert!(matches!(row.kind, RowKind::Function { .. }), "{name}");
        }
    }
}
