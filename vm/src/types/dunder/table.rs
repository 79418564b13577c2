//! Which slot goes by which names, and how it is called.

use super::Dunder;
use super::arguments::as_index;
use crate::functions::keyword_dict;
use crate::runtime::into_exception;
use crate::types::call;
use crate::types::slots::from_the_front;
use hpy_loader::runtime::CompareOp;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// The slot function of the type that an attribute belongs to.
macro_rules! own {
    ($info:ident.$slot:ident, $vm:ident) => {
        match $info.definition.slots.$slot {
            Some(function) => function,
            None => return Err($vm.new_system_error("an attribute for an empty slot")),
        }
    };
}

/// How an attribute calls its slot, by the kind of the slot.
macro_rules! call {
    // `self op other`
    (binary $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [other] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_binary(function, this, other) },
                vm,
            )
        }
    };
    // `other op self`
    (reflected $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [other] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_binary(function, other, this) },
                vm,
            )
        }
    };
    (ternary $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let (other, third) = args.one_or_two(vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_ternary(function, this, other, third) },
                vm,
            )
        }
    };
    (reflected_ternary $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let (other, third) = args.one_or_two(vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_ternary(function, other, this, third) },
                vm,
            )
        }
    };
    (unary $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(unsafe { info.loader.call_unary(function, this) }, vm)
        }
    };
    (inquiry $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            let truth = raise(unsafe { info.loader.call_inquiry(function, this) }, vm)?;
            Ok(vm.ctx.new_bool(truth).into())
        }
    };
    (length $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            let length = raise(unsafe { info.loader.call_length(function, this) }, vm)?;
            Ok(vm.ctx.new_int(length).into())
        }
    };
    (hash $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            let hash = raise(unsafe { info.loader.call_hash(function, this) }, vm)?;
            Ok(vm.ctx.new_int(hash).into())
        }
    };
    // `self * count`
    (count $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [count] = args.exactly(vm)?;
            let count = as_index(&count, vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_ssizearg(function, this, count) },
                vm,
            )
        }
    };
    (item $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [index] = args.exactly(vm)?;
            let index = from_the_front(&this, as_index(&index, vm)?, vm)?;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_ssizearg(function, this, index) },
                vm,
            )
        }
    };
    (set_item $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [index, value] = args.exactly(vm)?;
            let index = from_the_front(&this, as_index(&index, vm)?, vm)?;
            // SAFETY: the function fills a slot of this signature.
            done(
                unsafe {
                    info.loader
                        .call_ssizeobjarg(function, this, index, Some(value))
                },
                vm,
            )
        }
    };
    (delete_item $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [index] = args.exactly(vm)?;
            let index = from_the_front(&this, as_index(&index, vm)?, vm)?;
            // SAFETY: the function fills a slot of this signature.
            done(
                unsafe { info.loader.call_ssizeobjarg(function, this, index, None) },
                vm,
            )
        }
    };
    (set_key $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [key, value] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            done(
                unsafe { info.loader.call_objobjarg(function, this, key, Some(value)) },
                vm,
            )
        }
    };
    (delete_key $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [key] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            done(
                unsafe { info.loader.call_objobjarg(function, this, key, None) },
                vm,
            )
        }
    };
    (contains $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [key] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            let found = raise(unsafe { info.loader.call_objobj(function, this, key) }, vm)?;
            Ok(vm.ctx.new_bool(found).into())
        }
    };
    (compare($op:ident) $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [other] = args.exactly(vm)?;
            let op = CompareOp::$op;
            // SAFETY: the function fills a slot of this signature.
            raise(
                unsafe { info.loader.call_compare(function, this, other, op) },
                vm,
            )
        }
    };
    (init $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let keywords = keyword_dict(args.args.kwargs, vm)?;
            let args = args.args.args.into_iter();
            // SAFETY: the function fills a slot of this signature.
            done(
                unsafe { info.loader.call_init(function, this, args, keywords) },
                vm,
            )
        }
    };
    (finalize $slot:ident) => {
        |info, this, args, vm| {
            let function = own!(info.$slot, vm);
            let [] = args.exactly(vm)?;
            // SAFETY: the function fills a slot of this signature.
            unsafe { info.loader.call_finalize(function, this) };
            Ok(vm.ctx.none())
        }
    };
    // Which function runs is the instance's to say, see `call`.
    (call $slot:ident) => {
        |_, this, args, vm| call::call(&this, args.args, vm)
    };
}

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident;)*) => {
        pub(super) static DUNDERS: &[Dunder] = &[$(Dunder {
            name: $name,
            is_filled: |slots| slots.$slot.is_some(),
            call: call!($kind $(($op))? $slot),
        },)*];
    };
}

dunders! {
    "__repr__" = unary tp_repr;
    "__hash__" = hash tp_hash;
    "__call__" = call tp_call;
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
    "__iadd__" = binary nb_inplace_add;
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
    "__len__" = length mp_length;
    "__getitem__" = binary mp_subscript;
    "__setitem__" = set_key mp_ass_subscript;
    "__delitem__" = delete_key mp_ass_subscript;
    "__len__" = length sq_length;
    "__add__" = binary sq_concat;
    "__mul__" = count sq_repeat;
    "__rmul__" = count sq_repeat;
    "__getitem__" = item sq_item;
    "__setitem__" = set_item sq_ass_item;
    "__delitem__" = delete_item sq_ass_item;
    "__contains__" = contains sq_contains;
    "__iadd__" = binary sq_inplace_concat;
    "__imul__" = count sq_inplace_repeat;
}

fn raise<T>(result: Result<T, PyObjectRef>, vm: &VirtualMachine) -> PyResult<T> {
    result.map_err(|error| into_exception(error, vm))
}

fn done(result: Result<(), PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    raise(result, vm).map(|()| vm.ctx.none())
}
