//! The slots of types and modules, declared once: number, name and C function.

use super::*;
use std::ffi::c_int;

macro_rules! declare_slots {
    ($(
        $(#[$doc:meta])*
        $block:ident {
            $($name:ident = $number:literal: $field:ident($function:ident),)*
        }
    )*) => {
        /// The number of a slot, as an extension writes it in an [`HPySlot`].
        #[repr(transparent)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct HPySlot_Slot(pub c_int);

        #[allow(non_upper_case_globals, missing_docs)]
        impl HPySlot_Slot {
            $(
                $(pub const $name: Self = Self($number);)*
                $(#[$doc])*
                pub const $block: &[(&str, Self)] = &[$((stringify!($name), Self($number)),)*];
            )*
        }

        /// The functions that fill the slots of one type or module.
        #[allow(missing_docs)]
        #[derive(Debug, Clone, Copy, Default)]
        pub struct Slots {
            $($(pub $field: Option<$function>,)*)*
        }

        impl Slots {
            /// Fills `slot`. Returns false for a number that no slot has.
            ///
            /// # Safety
            ///
            /// `function` is null or a function of the type that the header
            /// asks of this slot.
            pub unsafe fn fill(&mut self, slot: HPySlot_Slot, function: HPyCFunction) -> bool {
                match slot {
                    $($(HPySlot_Slot::$name => {
                        // SAFETY: the caller vouches for the type.
                        self.$field = unsafe { $function::read(function) };
                    })*)*
                    _ => return false,
                }
                true
            }

            /// Whether both hold the same functions, by address.
            pub fn is_same(&self, other: &Slots) -> bool {
                $($(
                    if self.$field != other.$field {
                        return false;
                    }
                )*)*
                true
            }
        }
    };
}

/// Calls a macro with the table of the slots: number, name, and the type of the C
/// function.
#[macro_export]
macro_rules! for_each_slot {
    ($callback:ident) => {
        $callback! {
            /// The slots that the headers of hpy 0.9.0 name.
            ALL {
                HPy_bf_getbuffer = 1: bf_getbuffer(HPyFunc_getbufferproc),
                HPy_bf_releasebuffer = 2: bf_releasebuffer(HPyFunc_releasebufferproc),
                HPy_mp_ass_subscript = 3: mp_ass_subscript(HPyFunc_objobjargproc),
                HPy_mp_length = 4: mp_length(HPyFunc_lenfunc),
                HPy_mp_subscript = 5: mp_subscript(HPyFunc_binaryfunc),
                HPy_nb_absolute = 6: nb_absolute(HPyFunc_unaryfunc),
                HPy_nb_add = 7: nb_add(HPyFunc_binaryfunc),
                HPy_nb_and = 8: nb_and(HPyFunc_binaryfunc),
                HPy_nb_bool = 9: nb_bool(HPyFunc_inquiry),
                HPy_nb_divmod = 10: nb_divmod(HPyFunc_binaryfunc),
                HPy_nb_float = 11: nb_float(HPyFunc_unaryfunc),
                HPy_nb_floor_divide = 12: nb_floor_divide(HPyFunc_binaryfunc),
                HPy_nb_index = 13: nb_index(HPyFunc_unaryfunc),
                HPy_nb_inplace_add = 14: nb_inplace_add(HPyFunc_binaryfunc),
                HPy_nb_inplace_and = 15: nb_inplace_and(HPyFunc_binaryfunc),
                HPy_nb_inplace_floor_divide = 16: nb_inplace_floor_divide(HPyFunc_binaryfunc),
                HPy_nb_inplace_lshift = 17: nb_inplace_lshift(HPyFunc_binaryfunc),
                HPy_nb_inplace_multiply = 18: nb_inplace_multiply(HPyFunc_binaryfunc),
                HPy_nb_inplace_or = 19: nb_inplace_or(HPyFunc_binaryfunc),
                HPy_nb_inplace_power = 20: nb_inplace_power(HPyFunc_ternaryfunc),
                HPy_nb_inplace_remainder = 21: nb_inplace_remainder(HPyFunc_binaryfunc),
                HPy_nb_inplace_rshift = 22: nb_inplace_rshift(HPyFunc_binaryfunc),
                HPy_nb_inplace_subtract = 23: nb_inplace_subtract(HPyFunc_binaryfunc),
                HPy_nb_inplace_true_divide = 24: nb_inplace_true_divide(HPyFunc_binaryfunc),
                HPy_nb_inplace_xor = 25: nb_inplace_xor(HPyFunc_binaryfunc),
                HPy_nb_int = 26: nb_int(HPyFunc_unaryfunc),
                HPy_nb_invert = 27: nb_invert(HPyFunc_unaryfunc),
                HPy_nb_lshift = 28: nb_lshift(HPyFunc_binaryfunc),
                HPy_nb_multiply = 29: nb_multiply(HPyFunc_binaryfunc),
                HPy_nb_negative = 30: nb_negative(HPyFunc_unaryfunc),
                HPy_nb_or = 31: nb_or(HPyFunc_binaryfunc),
                HPy_nb_positive = 32: nb_positive(HPyFunc_unaryfunc),
                HPy_nb_power = 33: nb_power(HPyFunc_ternaryfunc),
                HPy_nb_remainder = 34: nb_remainder(HPyFunc_binaryfunc),
                HPy_nb_rshift = 35: nb_rshift(HPyFunc_binaryfunc),
                HPy_nb_subtract = 36: nb_subtract(HPyFunc_binaryfunc),
                HPy_nb_true_divide = 37: nb_true_divide(HPyFunc_binaryfunc),
                HPy_nb_xor = 38: nb_xor(HPyFunc_binaryfunc),
                HPy_sq_ass_item = 39: sq_ass_item(HPyFunc_ssizeobjargproc),
                HPy_sq_concat = 40: sq_concat(HPyFunc_binaryfunc),
                HPy_sq_contains = 41: sq_contains(HPyFunc_objobjproc),
                HPy_sq_inplace_concat = 42: sq_inplace_concat(HPyFunc_binaryfunc),
                HPy_sq_inplace_repeat = 43: sq_inplace_repeat(HPyFunc_ssizeargfunc),
                HPy_sq_item = 44: sq_item(HPyFunc_ssizeargfunc),
                HPy_sq_length = 45: sq_length(HPyFunc_lenfunc),
                HPy_sq_repeat = 46: sq_repeat(HPyFunc_ssizeargfunc),
                HPy_tp_call = 50: tp_call(HPyFunc_keywords),
                HPy_tp_hash = 59: tp_hash(HPyFunc_hashfunc),
                HPy_tp_init = 60: tp_init(HPyFunc_initproc),
                HPy_tp_new = 65: tp_new(HPyFunc_newfunc),
                HPy_tp_repr = 66: tp_repr(HPyFunc_unaryfunc),
                HPy_tp_richcompare = 67: tp_richcompare(HPyFunc_richcmpfunc),
                HPy_tp_str = 70: tp_str(HPyFunc_unaryfunc),
                HPy_tp_traverse = 71: tp_traverse(HPyFunc_traverseproc),
                HPy_nb_matrix_multiply = 75: nb_matrix_multiply(HPyFunc_binaryfunc),
                HPy_nb_inplace_matrix_multiply = 76: nb_inplace_matrix_multiply(HPyFunc_binaryfunc),
                HPy_tp_finalize = 80: tp_finalize(HPyFunc_destructor),
                HPy_tp_destroy = 1000: tp_destroy(HPyFunc_destroyfunc),
                HPy_mod_create = 2000: mod_create(HPyFunc_mod_create),
                HPy_mod_exec = 2001: mod_exec(HPyFunc_mod_exec),
            }
            /// The slots that upstream's development head has added since.
            HEAD {
                HPy_tp_descr_get = 54: tp_descr_get(HPyFunc_descrgetfunc),
            }
        }
    };
}

for_each_slot!(declare_slots);
