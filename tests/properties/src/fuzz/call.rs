//! The functions of the context, ready to be called. They are made from the table, so
//! that a new row is called too.

use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

use hpy_loader::abi::context::{Effect, ROWS, Row};
use hpy_loader::abi::*;
use hpy_loader::context_table;

use super::argument::{Argument, Arguments};
use crate::answer::{Answer, Judge};
use crate::extension::C;

/// One function.
pub struct Call {
    /// What the table says about it.
    pub row: &'static Row,
    /// Calls it with arguments that are made up.
    pub make: fn(C, &mut Arguments<'_>) -> Answer,
}

macro_rules! declare_calls {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$($facts:tt)*];
        )* }
    )*) => {
        const CALLS: &[(&str, fn(C, &mut Arguments<'_>) -> Answer)] = &[$($(
            (stringify!($function), |c, arguments| {
                $(let $arg = <$type as Argument>::make(arguments, stringify!($arg));)*
                arguments.ready(|| {
                    let list: &[String] = &[$(format!("{}: {:x?}", stringify!($arg), $arg)),*];
                    list.join(", ")
                });
                let context = c.context();
                // SAFETY: pointers are valid or null, and sizes are those of what they
                // point to, or such that nothing may be read; words may be any.
                let result = unsafe { ((*context).$function)(context $(, $arg)*) };
                Judge::judge(result)
            }),
        )*)*];
    };
}
context_table!(declare_calls);

/// Every function that does not end the process, in the table's order.
pub fn calls() -> &'static [Call] {
    static ALL: OnceLock<Vec<Call>> = OnceLock::new();
    ALL.get_or_init(|| {
        let calls = CALLS.iter().map(|&(name, make)| {
            let row = ROWS.iter().find(|row| row.name == name);
            let row = row.expect("both are made from the table");
            Call { row, make }
        });
        calls
            .filter(|call| call.row.effect != Effect::Aborts)
            .collect()
    })
}

/// What makes, copies, moves and closes handles: more often than the others, since most
/// of what can go wrong needs several of these.
pub fn of_handles() -> &'static [&'static Call] {
    const NAMES: &[&str] = &[
        "ctx_Dup",
        "ctx_Close",
        "ctx_GetItem_i",
        "ctx_Call",
        "ctx_Tuple_FromArray",
        "ctx_List_New",
        "ctx_ListBuilder_",
        "ctx_TupleBuilder_",
        "ctx_Tracker_",
        "ctx_Field_",
        "ctx_Global_",
        "ctx_New",
    ];
    static SOME: OnceLock<Vec<&Call>> = OnceLock::new();
    SOME.get_or_init(|| {
        let is_one = |call: &&Call| NAMES.iter().any(|name| call.row.name.starts_with(name));
        calls().iter().filter(is_one).collect()
    })
}
