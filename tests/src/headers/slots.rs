//! What the loader says about the function that each slot takes.

use super::Fact;
use super::c_type::CType;
use hpy_loader::abi::{HPySlot_Slot, Slots};

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

/// The C type of a slot's function, from the type of its place in [`Slots`].
fn type_behind<F: CType>(_place: fn(&Slots) -> &Option<F>) -> String {
    F::c()
}

macro_rules! functions {
    ($($place:ident)*) => { vec![$((
        concat!("HPy_", stringify!($place)),
        type_behind(|slots| &slots.$place),
    )),*] };
}

/// The type of each slot's function, and that no slot is left out here.
pub fn facts() -> Vec<Fact> {
    let functions = functions! {
        bf_getbuffer bf_releasebuffer mp_ass_subscript mp_length mp_subscript
        nb_absolute nb_add nb_and nb_bool nb_divmod nb_float nb_floor_divide nb_index
        nb_inplace_add nb_inplace_and nb_inplace_floor_divide nb_inplace_lshift
        nb_inplace_multiply nb_inplace_or nb_inplace_power nb_inplace_remainder
        nb_inplace_rshift nb_inplace_subtract nb_inplace_true_divide nb_inplace_xor
        nb_int nb_invert nb_lshift nb_multiply nb_negative nb_or nb_positive nb_power
        nb_remainder nb_rshift nb_subtract nb_true_divide nb_xor sq_ass_item sq_concat
        sq_contains sq_inplace_concat sq_inplace_repeat sq_item sq_length sq_repeat
        tp_call tp_hash tp_init tp_new tp_repr tp_richcompare tp_str tp_traverse
        nb_matrix_multiply nb_inplace_matrix_multiply tp_finalize tp_destroy mod_create
        mod_exec
    };
    let mut facts: Vec<Fact> = functions
        .into_iter()
        .map(|(slot, c_type)| {
            Fact::of_type(
                format!("function of {slot}"),
                format!("&function_of_{slot}"),
                c_type,
            )
        })
        .collect();
    facts.push(Fact::value(
        "number of slots whose function is checked".to_owned(),
        facts.len().to_string(),
        HPySlot_Slot::ALL.len() as i64,
    ));
    facts
}
