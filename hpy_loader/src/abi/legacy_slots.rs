//! The slots of CPython's API that legacy types fill, declared once: number, name and C
//! function.

use super::*;
use std::ffi::c_int;

macro_rules! declare_legacy_slots {
    ($($field:ident = $number:literal: $function:ident,)*) => {
        /// The functions of CPython's API that fill the slots of one type.
        #[allow(missing_docs)]
        #[derive(Debug, Clone, Copy, Default)]
        pub struct LegacySlots {
            $(pub $field: Option<$function>,)*
        }

        impl LegacySlots {
            /// The number of each slot, and its name behind `Py_`.
            pub const ALL: &[(&str, c_int)] = &[$((stringify!($field), $number),)*];

            /// Fills `slot`. Returns false for a number that none of them has.
            ///
            /// # Safety
            ///
            /// `function` is null or a function of the type that CPython asks of this slot.
            pub unsafe fn fill(&mut self, slot: c_int, function: HPyCFunction) -> bool {
                match slot {
                    $($number => {
                        // SAFETY: the caller vouches for the type.
                        self.$field = unsafe { $function::read(function) };
                    })*
                    _ => return false,
                }
                true
            }
        }
    };
}

declare_legacy_slots! {
    mp_ass_subscript = 3: cpy_objobjargproc,
    mp_length = 4: cpy_lenfunc,
    mp_subscript = 5: cpy_binaryfunc,
    nb_absolute = 6: cpy_unaryfunc,
    nb_add = 7: cpy_binaryfunc,
    nb_and = 8: cpy_binaryfunc,
    nb_bool = 9: cpy_inquiry,
    nb_divmod = 10: cpy_binaryfunc,
    nb_float = 11: cpy_unaryfunc,
    nb_floor_divide = 12: cpy_binaryfunc,
    nb_index = 13: cpy_unaryfunc,
    nb_inplace_add = 14: cpy_binaryfunc,
    nb_inplace_and = 15: cpy_binaryfunc,
    nb_inplace_floor_divide = 16: cpy_binaryfunc,
    nb_inplace_lshift = 17: cpy_binaryfunc,
    nb_inplace_multiply = 18: cpy_binaryfunc,
    nb_inplace_or = 19: cpy_binaryfunc,
    nb_inplace_power = 20: cpy_ternaryfunc,
    nb_inplace_remainder = 21: cpy_binaryfunc,
    nb_inplace_rshift = 22: cpy_binaryfunc,
    nb_inplace_subtract = 23: cpy_binaryfunc,
    nb_inplace_true_divide = 24: cpy_binaryfunc,
    nb_inplace_xor = 25: cpy_binaryfunc,
    nb_int = 26: cpy_unaryfunc,
    nb_invert = 27: cpy_unaryfunc,
    nb_lshift = 28: cpy_binaryfunc,
    nb_multiply = 29: cpy_binaryfunc,
    nb_negative = 30: cpy_unaryfunc,
    nb_or = 31: cpy_binaryfunc,
    nb_positive = 32: cpy_unaryfunc,
    nb_power = 33: cpy_ternaryfunc,
    nb_remainder = 34: cpy_binaryfunc,
    nb_rshift = 35: cpy_binaryfunc,
    nb_subtract = 36: cpy_binaryfunc,
    nb_true_divide = 37: cpy_binaryfunc,
    nb_xor = 38: cpy_binaryfunc,
    sq_ass_item = 39: cpy_ssizeobjargproc,
    sq_concat = 40: cpy_binaryfunc,
    sq_contains = 41: cpy_objobjproc,
    sq_inplace_concat = 42: cpy_binaryfunc,
    sq_inplace_repeat = 43: cpy_ssizeargfunc,
    sq_item = 44: cpy_ssizeargfunc,
    sq_length = 45: cpy_lenfunc,
    sq_repeat = 46: cpy_ssizeargfunc,
    tp_call = 50: cpy_ternaryfunc,
    tp_dealloc = 52: cpy_destructor,
    tp_descr_get = 54: cpy_descrgetfunc,
    tp_descr_set = 55: cpy_objobjargproc,
    tp_getattro = 58: cpy_binaryfunc,
    tp_hash = 59: cpy_hashfunc,
    tp_init = 60: cpy_initproc,
    tp_iter = 62: cpy_unaryfunc,
    tp_iternext = 63: cpy_iternextfunc,
    tp_repr = 66: cpy_unaryfunc,
    tp_richcompare = 67: cpy_richcmpfunc,
    tp_setattro = 69: cpy_objobjargproc,
    tp_str = 70: cpy_unaryfunc,
    nb_matrix_multiply = 75: cpy_binaryfunc,
    nb_inplace_matrix_multiply = 76: cpy_binaryfunc,
    am_await = 77: cpy_unaryfunc,
    am_aiter = 78: cpy_unaryfunc,
    am_anext = 79: cpy_unaryfunc,
    tp_finalize = 80: cpy_destructor,
}

/// Slots whose contents are read with the type, or not needed.
#[allow(missing_docs)]
pub mod other_legacy_slots {
    use std::ffi::c_int;

    pub const PY_TP_CLEAR: c_int = 51;
    pub const PY_TP_DOC: c_int = 56;
    pub const PY_TP_METHODS: c_int = 64;
    pub const PY_TP_TRAVERSE: c_int = 71;
    pub const PY_TP_MEMBERS: c_int = 72;
    pub const PY_TP_GETSET: c_int = 73;

    /// The names of those that no VM has yet.
    pub const UNSUPPORTED: &[(&str, c_int)] = &[
        ("bf_getbuffer", 1),
        ("bf_releasebuffer", 2),
        ("tp_alloc", 47),
        ("tp_base", 48),
        ("tp_bases", 49),
        ("tp_del", 53),
        ("tp_getattr", 57),
        ("tp_is_gc", 61),
        ("tp_new", 65),
        ("tp_setattr", 68),
        ("tp_free", 74),
        ("am_send", 81),
    ];
}
