//! What RustPython's slots hold for types of extensions.
//!
//! # Two kinds of entry points
//!
//! A slot function of an extension, say `nb_add`, can be reached in two ways:
//! through the operator, and through the attribute `__add__`. They need different
//! answers when one type of an extension derives from another and both fill the
//! slot. The operator wants the function of the object's own type. The attribute
//! wants the function of the type in whose dict it lies, for this is what
//! `Base.__add__(derived, other)` and `super()` mean.
//!
//! A slot of RustPython is a plain function that knows the object and nothing
//! else. So the functions here, in the slots, look up the object's type and there
//! the C function; and the attributes, in [`super::dunder`], are objects that know
//! their type. That makes the depth of inheritance irrelevant to both.
//!
//! # Inheritance
//!
//! A type of an extension inherits by the slot, as CPython's `inherit_slots` does:
//! for each slot it leaves empty, it takes what the first class of its MRO has
//! there, be it a function of ours, a builtin type's or the one that looks up a
//! Python method by its name. If it is ours, the C function behind it comes along
//! ([`TypeInfo::effective`](super::info::TypeInfo)). RustPython itself would
//! connect slots by the names in the dicts; [`install`] overwrites what it did.
//!
//! A *Python* subclass inherits by the names of attributes, here as in CPython
//! ([`by_name`]), and so does a type whose attributes Python code assigns to.
//! RustPython fills the slots first, with functions that call the attributes by
//! name, which is right wherever Python code has a say; [`connect`] then puts the
//! functions here where only C has.

mod by_name;
mod forwarding;
mod number;
mod object;
mod sequence;

pub use by_name::Attributes;
pub use sequence::refused_item;

use super::buffer;
use super::c_function::Operator;
use super::call;
use super::info::TypeInfo;
use crate::host::{RustPython, into_exception};
use by_name::Verdict;
use hpy_loader::abi::Slots;
use hpy_loader::call::Callable;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::types::{PyTypeSlots, hash_not_implemented};
use rustpython_vm::{Context, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::ptr::fn_addr_eq;

/// The C function behind the slot of an object.
#[inline]
fn function<F>(
    object: &PyObject,
    slot: impl Fn(&Slots) -> Option<F>,
    vm: &VirtualMachine,
) -> PyResult<Operator<F>> {
    TypeInfo::function(object, slot).ok_or_else(|| {
        let class = object.class().name().to_owned();
        vm.new_system_error(format!("'{class}' object has lost a slot function"))
    })
}

/// Calls a C function of a type's extension.
#[inline]
fn call_slot<F: Callable<RustPython>>(
    (function, loader): Operator<F>,
    args: F::Args<'_, PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<F::Output<PyObjectRef>> {
    let result = loader.call_slot(function, args);
    result.map_err(|error| into_exception(error, vm))
}

/// The class that a new type inherits a slot from: the first in the MRO that has
/// filled it, rather than inherited it from its base (`SLOTDEFINED` in CPython).
fn source(
    mro: &[PyTypeRef],
    has_filled: impl Fn(&Py<PyType>, Option<&Py<PyType>>) -> bool,
) -> Option<&Py<PyType>> {
    let mut classes = mro.iter().skip(1).map(|class| &**class);
    classes.find(|class| has_filled(class, class.base.deref()))
}

/// `function` as a pointer, of the type of those in the slot.
fn pointer<F>(_slot: Option<F>, function: F) -> F {
    function
}

/// What a class has in a slot, if others inherit it.
macro_rules! inheritable {
    ($class:ident, $($place:ident).+) => {{
        let function = $class.slots().$($place).+.load();
        function.filter(|&function| !sequence::is_stand_in(function as *const ()))
    }};
}

macro_rules! slots {
    ($($($($place:ident).+),+ = $module:ident::$slot:ident;)*) => {
        /// Fills every slot in which a function of ours may lie: the place in
        /// RustPython's slots, and the function, which is called as the C slot behind it.
        fn fill(class: &Py<PyType>, own: &Slots, effective: &mut Slots) {
            let mro = class.mro.read();
            $($({
                let place = &class.slots().$($place).+;
                let load = |class: &Py<PyType>| inheritable!(class, $($place).+);
                let c_function = |class: &Py<PyType>| {
                    let found = TypeInfo::class_function(class, |slots| slots.$slot);
                    found.map(|(function, _)| function)
                };
                let ours = pointer(place.load(), $module::$slot);
                let is_ours = |function| fn_addr_eq(function, ours);
                if own.$slot.is_some() {
                    place.store(Some(ours));
                    effective.$slot = own.$slot;
                } else {
                    let source = source(&mro, |class: &Py<PyType>, base: Option<&Py<PyType>>| {
                        match (load(class), base.and_then(load)) {
                            (Some(own), Some(inherited)) if fn_addr_eq(own, inherited) => {
                                is_ours(own) && c_function(class) != base.and_then(c_function)
                            }
                            (own, _) => own.is_some(),
                        }
                    });
                    place.store(source.and_then(load));
                    if source.and_then(load).is_some_and(is_ours) {
                        effective.$slot = source.and_then(c_function);
                    }
                }
            })+)*
        }

        /// Fills the same slots by the names of attributes, as far as those matter
        /// that are given. `effective` is for an extension's type.
        pub fn connect(class: &Py<PyType>, attributes: &Attributes<'_>, effective: &mut Slots) {
            let mro = class.mro.read();
            $($({
                let place = &class.slots().$($place).+;
                match attributes.judge(stringify!($slot)) {
                    Verdict::Untouched => {}
                    Verdict::Native(info) => {
                        place.store(Some($module::$slot));
                        effective.$slot = info.offered.get().$slot;
                    }
                    Verdict::ByName => effective.$slot = None,
                    Verdict::OtherSlot => {
                        effective.$slot = None;
                        let mut bases = mro[1..].iter();
                        if !bases.any(|class| inheritable!(class, $($place).+).is_some()) {
                            place.store(None);
                        }
                    }
                }
            })+)*
            complete(class.slots());
        }
    };
}

slots! {
    as_number.absolute = forwarding::nb_absolute;
    as_number.add, as_number.right_add = number::nb_add;
    as_number.and, as_number.right_and = number::nb_and;
    as_number.boolean = forwarding::nb_bool;
    as_number.divmod, as_number.right_divmod = number::nb_divmod;
    as_number.float = forwarding::nb_float;
    as_number.floor_divide, as_number.right_floor_divide = number::nb_floor_divide;
    as_number.index = forwarding::nb_index;
    as_number.inplace_add = number::nb_inplace_add;
    as_number.inplace_and = number::nb_inplace_and;
    as_number.inplace_floor_divide = number::nb_inplace_floor_divide;
    as_number.inplace_lshift = number::nb_inplace_lshift;
    as_number.inplace_matrix_multiply = number::nb_inplace_matrix_multiply;
    as_number.inplace_multiply = number::nb_inplace_multiply;
    as_number.inplace_or = number::nb_inplace_or;
    as_number.inplace_power = number::nb_inplace_power;
    as_number.inplace_remainder = number::nb_inplace_remainder;
    as_number.inplace_rshift = number::nb_inplace_rshift;
    as_number.inplace_subtract = number::nb_inplace_subtract;
    as_number.inplace_true_divide = number::nb_inplace_true_divide;
    as_number.inplace_xor = number::nb_inplace_xor;
    as_number.int = forwarding::nb_int;
    as_number.invert = forwarding::nb_invert;
    as_number.lshift, as_number.right_lshift = number::nb_lshift;
    as_number.matrix_multiply, as_number.right_matrix_multiply = number::nb_matrix_multiply;
    as_number.multiply, as_number.right_multiply = number::nb_multiply;
    as_number.negative = forwarding::nb_negative;
    as_number.or, as_number.right_or = number::nb_or;
    as_number.positive = forwarding::nb_positive;
    as_number.power, as_number.right_power = number::nb_power;
    as_number.remainder, as_number.right_remainder = number::nb_remainder;
    as_number.rshift, as_number.right_rshift = number::nb_rshift;
    as_number.subtract, as_number.right_subtract = number::nb_subtract;
    as_number.true_divide, as_number.right_true_divide = number::nb_true_divide;
    as_number.xor, as_number.right_xor = number::nb_xor;
    as_mapping.length = forwarding::mp_length;
    as_mapping.subscript = forwarding::mp_subscript;
    as_mapping.ass_subscript = forwarding::mp_ass_subscript;
    as_sequence.length = forwarding::sq_length;
    as_sequence.concat = forwarding::sq_concat;
    as_sequence.repeat = forwarding::sq_repeat;
    as_sequence.item = sequence::sq_item;
    as_sequence.ass_item = sequence::sq_ass_item;
    as_sequence.contains = forwarding::sq_contains;
    as_sequence.inplace_concat = forwarding::sq_inplace_concat;
    as_sequence.inplace_repeat = forwarding::sq_inplace_repeat;
    as_buffer = buffer::bf_getbuffer;
    repr = object::tp_repr;
    str = object::tp_str;
    hash = object::tp_hash;
    richcompare = object::tp_richcompare;
    init = object::tp_init;
    del = object::tp_finalize;
    call = call::tp_call;
    descr_get = object::tp_descr_get;
}

/// Fills the slots of a new type: with functions for what its extension gives,
/// and with what it inherits. Returns the C functions behind them.
pub fn install(class: &Py<PyType>, own: &Slots, has_call_offset: bool, ctx: &Context) -> Slots {
    let mut effective = Slots::default();
    fill(class, own, &mut effective);
    compare_or_hash(class, own, &mut effective, ctx);
    let slots = class.slots();
    if has_call_offset {
        slots.call.store(Some(call::tp_call));
    }
    complete(slots);
    effective
}

/// Fills the slots that follow from others.
fn complete(slots: &PyTypeSlots) {
    sequence::stand_in_for_mapping(slots);
    let ours = pointer(slots.call.load(), call::tp_call);
    if slots.call.load().is_some_and(|call| fn_addr_eq(call, ours)) {
        slots.vectorcall.store(Some(call::vectorcall));
    }
}

/// Comparing and hashing are inherited together or not at all, and a type that
/// compares but does not hash is not hashable (`inherit_slots` and
/// `type_ready_set_hash` in CPython).
fn compare_or_hash(class: &Py<PyType>, own: &Slots, effective: &mut Slots, ctx: &Context) {
    let slots = class.slots();
    match (own.tp_richcompare.is_some(), own.tp_hash.is_some()) {
        (true, true) => {}
        (true, false) => {
            effective.tp_hash = None;
            slots.hash.store(Some(hash_not_implemented));
            class.set_attr(ctx.names.__hash__, ctx.none());
        }
        (false, true) => {
            effective.tp_richcompare = None;
            let default = ctx.types.object_type.slots().richcompare.load();
            slots.richcompare.store(default);
        }
        (false, false) => {
            let mro = class.mro.read();
            let Some(base) = mro.get(1) else {
                return;
            };
            slots.hash.store(base.slots().hash.load());
            slots.richcompare.store(base.slots().richcompare.load());
            let info = TypeInfo::of_class(base);
            effective.tp_hash = info.and_then(|info| info.effective.get().tp_hash);
            effective.tp_richcompare = info.and_then(|info| info.effective.get().tp_richcompare);
        }
    }
}
