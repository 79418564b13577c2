//! The names that slots go by in Python: CPython's `slotdefs`.

/// Calls a macro with the names of the slots: a row is
///
/// ```text
/// "__lt__" = compare(Lt) tp_richcompare;
/// "__len__" = length mp_length as sq_length;
/// ```
///
/// - the name;
/// - how a call of the name becomes a call of the slot: a method of
///   [`WrapperCall`](crate::call::wrapper::WrapperCall), with the
///   [`CompareOp`](crate::runtime::CompareOp) of a comparison;
/// - the slot, a field of [`Slots`](crate::abi::Slots);
/// - another slot that CPython can't tell from this one, since it has the same
///   name and takes the same arguments: a Python subclass gets the function in
///   both.
///
/// Where two slots have one name, the first that a type fills gets it.
/// `__new__` is not among them: it belongs to the class, not to its instances.
/// Rows that a VM adds come first: `for_each_dunder! { my_macro; rows }`.
#[macro_export]
macro_rules! for_each_dunder {
    ($callback:ident; $($more:tt)*) => {
        $callback! {
            $($more)*
            "__repr__" = unary tp_repr;
            "__hash__" = hash tp_hash;
            "__call__" = call tp_call;
            "__get__" = get tp_descr_get;
            "__str__" = unary tp_str;
            "__lt__" = compare(Lt) tp_richcompare;
            "__le__" = compare(Le) tp_richcompare;
            "__eq__" = compare(Eq) tp_richcompare;
            "__ne__" = compare(Ne) tp_richcompare;
            "__gt__" = compare(Gt) tp_richcompare;
            "__ge__" = compare(Ge) tp_richcompare;
            "__init__" = init tp_init;
            "__del__" = finalize tp_finalize;
            "__add__" = binary nb_add;
            "__radd__" = reflected nb_add;
            "__sub__" = binary nb_subtract;
            "__rsub__" = reflected nb_subtract;
            "__mul__" = binary nb_multiply;
            "__rmul__" = reflected nb_multiply;
            "__mod__" = binary nb_remainder;
            "__rmod__" = reflected nb_remainder;
            "__divmod__" = binary nb_divmod;
            "__rdivmod__" = reflected nb_divmod;
            "__pow__" = ternary nb_power;
            "__rpow__" = reflected_ternary nb_power;
            "__neg__" = unary nb_negative;
            "__pos__" = unary nb_positive;
            "__abs__" = unary nb_absolute;
            "__bool__" = inquiry nb_bool;
            "__invert__" = unary nb_invert;
            "__lshift__" = binary nb_lshift;
            "__rlshift__" = reflected nb_lshift;
            "__rshift__" = binary nb_rshift;
            "__rrshift__" = reflected nb_rshift;
            "__and__" = binary nb_and;
            "__rand__" = reflected nb_and;
            "__xor__" = binary nb_xor;
            "__rxor__" = reflected nb_xor;
            "__or__" = binary nb_or;
            "__ror__" = reflected nb_or;
            "__int__" = unary nb_int;
            "__float__" = unary nb_float;
            "__iadd__" = binary nb_inplace_add as sq_inplace_concat;
            "__isub__" = binary nb_inplace_subtract;
            "__imul__" = binary nb_inplace_multiply;
            "__imod__" = binary nb_inplace_remainder;
            "__ipow__" = ternary nb_inplace_power;
            "__ilshift__" = binary nb_inplace_lshift;
            "__irshift__" = binary nb_inplace_rshift;
            "__iand__" = binary nb_inplace_and;
            "__ixor__" = binary nb_inplace_xor;
            "__ior__" = binary nb_inplace_or;
            "__floordiv__" = binary nb_floor_divide;
            "__rfloordiv__" = reflected nb_floor_divide;
            "__truediv__" = binary nb_true_divide;
            "__rtruediv__" = reflected nb_true_divide;
            "__ifloordiv__" = binary nb_inplace_floor_divide;
            "__itruediv__" = binary nb_inplace_true_divide;
            "__index__" = unary nb_index;
            "__matmul__" = binary nb_matrix_multiply;
            "__rmatmul__" = reflected nb_matrix_multiply;
            "__imatmul__" = binary nb_inplace_matrix_multiply;
            "__len__" = length mp_length as sq_length;
            "__getitem__" = binary mp_subscript;
            "__setitem__" = set_key mp_ass_subscript;
            "__delitem__" = delete_key mp_ass_subscript;
            "__len__" = length sq_length as mp_length;
            "__add__" = binary sq_concat;
            "__mul__" = count sq_repeat;
            "__rmul__" = count sq_repeat;
            "__getitem__" = item sq_item;
            "__setitem__" = set_item sq_ass_item;
            "__delitem__" = delete_item sq_ass_item;
            "__contains__" = contains sq_contains;
            "__iadd__" = binary sq_inplace_concat as nb_inplace_add;
            "__imul__" = count sq_inplace_repeat;
        }
    };
}

/// The same for the slots of CPython's own API: fields of
/// [`LegacySlots`](crate::abi::LegacySlots). The kind `call` stands for
/// [`call_legacy`](crate::call::wrapper::WrapperCall::call_legacy).
#[macro_export]
macro_rules! for_each_legacy_dunder {
    ($callback:ident) => {
        $crate::for_each_dunder! {
            $callback;
            "__iter__" = unary tp_iter;
            "__next__" = unary tp_iternext;
            "__getattribute__" = binary tp_getattro;
            "__setattr__" = set_key tp_setattro;
            "__delattr__" = delete_key tp_setattro;
            "__set__" = set_key tp_descr_set;
            "__delete__" = delete_key tp_descr_set;
            "__await__" = unary am_await;
            "__aiter__" = unary am_aiter;
            "__anext__" = unary am_anext;
        }
    };
}
