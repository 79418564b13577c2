//! One function of the context, ready to be called with made-up arguments.

use std::ffi::{c_char, c_int, c_void};

use hpy_loader::abi::context::{Effect, ROWS, Row};
use hpy_loader::abi::*;
use hpy_loader::context_table;

use super::argument::{Argument, Dummies};
use crate::extension::C;
use hpyvm_properties::answer::{Answer, Judge};

pub struct Probe {
    pub row: &'static str,
    /// The names of the arguments that are handles or arrays of them.
    pub handles: Vec<&'static str>,
    /// Calls the function. The handles are those in the dummies.
    pub call: fn(C, &mut Dummies) -> Answer,
}

impl Probe {
    /// What the table says about the function.
    pub fn row(&self) -> &'static Row {
        let row = ROWS.iter().find(|row| row.name == self.row);
        row.expect("the probe is of the table")
    }

    /// Whether the function ends the process, so that a test of its own calls it.
    pub fn aborts(&self) -> bool {
        self.row().effect == Effect::Aborts
    }
}

macro_rules! declare_probes {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)? [$($facts:tt)*];
        )* }
    )*) => {
        /// A probe for each function, in the table's order.
        pub fn probes() -> Vec<Probe> {
            vec![$($({
                let arguments: &[(&'static str, bool)] = &[$(
                    (stringify!($arg), <$type as Argument>::holds_handle(stringify!($arg))),
                )*];
                let handles = arguments.iter().filter(|(_, is_handle)| *is_handle);
                Probe {
                    row: stringify!($function),
                    handles: handles.map(|(name, _)| *name).collect(),
                    call: |c, _dummies| {
                        $(let $arg = <$type as Argument>::make(_dummies, stringify!($arg));)*
                        let context = c.context();
                        // SAFETY: pointers are to the dummies, which are valid;
                        // handles may be any word.
                        let result = unsafe { ((*context).$function)(context $(, $arg)*) };
                        Judge::judge(result)
                    },
                }
            },)*)*]
        }
    };
}
context_table!(declare_probes);
