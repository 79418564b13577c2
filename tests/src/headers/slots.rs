//! What the loader says about the function that each slot takes.

use super::Fact;
use super::c_type::CType;
use hpy_loader::abi::*;
use hpy_loader::for_each_slot;

/// Declares, with the headers' own macros, a function for each slot. The
/// extra step makes the preprocessor expand the slot's signature first.
pub fn declarations() -> String {
    let mut program = String::from(
        "#define DECLARE_EXPANDED(NAME, SIGNATURE) _HPyFunc_DECLARE_##SIGNATURE(NAME);\n\
         #define DECLARE(NAME, SIGNATURE) DECLARE_EXPANDED(NAME, SIGNATURE)\n",
    );
    for (slot, _) in HPySlot_Slot::ALL {
        program += &format!("DECLARE(function_of_{slot}, HPySlot_SIG({slot}))\n");
    }
    program
}

macro_rules! functions {
    ($($(#[$doc:meta])* $block:ident {
        $($slot:ident = $number:literal: $place:ident($function:ident),)*
    })*) => {
        vec![$($((stringify!($slot), <$function as CType>::c()),)*)*]
    };
}

/// The type of each slot's function, of those that the headers have.
pub fn facts() -> Vec<Fact> {
    let functions = for_each_slot!(functions);
    let in_headers = |slot: &str| HPySlot_Slot::ALL.iter().any(|(name, _)| *name == slot);
    functions
        .into_iter()
        .filter(|(slot, _)| in_headers(slot))
        .map(|(slot, c_type)| {
            Fact::of_type(
                format!("function of {slot}"),
                format!("&function_of_{slot}"),
                c_type,
            )
        })
        .collect()
}
