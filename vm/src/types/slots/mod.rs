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
mod mapping;
mod number;
mod object;
mod sequence;

pub use by_name::Attributes;
pub use sequence::refused_item;

use super::buffer;
use super::call;
use super::dunder;
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
) -> PyResult<(F, &'static TypeInfo)> {
    TypeInfo::function(object, slot).ok_or_else(|| {
        let message = format!(
            "'{}' object has lost a slot function",
            object.class().name()
        );
        vm.new_system_error(message)
    })
}

/// Calls a C function of a type's extension.
#[inline]
fn call_slot<F: Callable<RustPython>>(
    (function, info): (F, &'static TypeInfo),
    args: F::Args<'_, PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<F::Output<PyObjectRef>> {
    let result = info.loader.call_slot(function, args);
    result.map_err(|error| into_exception(error, vm))
}

/// The class that a new type inherits a slot from: the first in the MRO that has
/// filled it, rather than inherited it from its base (`SLOTDEFINED` in CPython).
fn source(
    mro: &[PyTypeRef],
    has_filled: impl Fn(&Py<PyType>, Option<&Py<PyType>>) -> bool,
) -> Option<&Py<PyType>> {
    let classes = mro.iter().skip(1).map(|class| &**class);
    classes
        .into_iter()
        .find(|class| has_filled(class, class.base.deref()))
}

/// `function` as a pointer, of the type of those in the slot.
fn pointer<F>(_slot: Option<F>, function: F) -> F {
    function
}

macro_rules! slots {
    ($($($place:ident).+ = $slot:ident: $function:path;)*) => {
        /// Fills every slot in which a function of ours may lie: the place in
        /// RustPython's slots, the C slot behind it, the function.
        fn fill(class: &Py<PyType>, own: &Slots, effective: &mut Slots) {
            let mro = class.mro.read();
            $({
                let place = &class.slots().$($place).+;
                let load = |class: &Py<PyType>| {
                    let function = class.slots().$($place).+.load();
                    function.filter(|&function| !sequence::is_stand_in(function as *const ()))
                };
                let c_function = |class: &Py<PyType>| {
                    let found = TypeInfo::class_function(class, |slots| slots.$slot);
                    found.map(|(function, _)| function)
                };
                let ours = pointer(place.load(), $function);
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
                    if let Some(source) = source
                        && load(source).is_some_and(is_ours)
                    {
                        let found = TypeInfo::class_function(source, |slots| slots.$slot);
                        effective.$slot = found.map(|(function, _)| function);
                    }
                }
            })*
        }

        /// Fills the same slots by the names of attributes, as far as those matter
        /// that are given. `effective` is for an extension's type.
        pub fn connect(class: &Py<PyType>, attributes: &Attributes<'_>, effective: &mut Slots) {
            let mro = class.mro.read();
            $({
                let place = &class.slots().$($place).+;
                match attributes.judge(stringify!($slot)) {
                    Verdict::Untouched => {}
                    Verdict::Native(info) => {
                        place.store(Some($function));
                        effective.$slot = info.offered.get().$slot;
                    }
                    Verdict::ByName => effective.$slot = None,
                    Verdict::OtherSlot => {
                        effective.$slot = None;
                        let is_filled = |class: &PyTypeRef| {
                            let function = class.slots().$($place).+.load();
                            function.is_some_and(|function| {
                                !sequence::is_stand_in(function as *const ())
                            })
                        };
                        if !mro[1..].iter().any(is_filled) {
                            place.store(None);
                        }
                    }
                }
            })*
            complete(class.slots());
        }
    };
}

slots! {
    as_number.absolute = nb_absolute: number::absolute;
    as_number.add = nb_add: number::add;
    as_number.right_add = nb_add: number::add;
    as_number.and = nb_and: number::and;
    as_number.right_and = nb_and: number::and;
    as_number.boolean = nb_bool: number::boolean;
    as_number.divmod = nb_divmod: number::divmod;
    as_number.right_divmod = nb_divmod: number::divmod;
    as_number.float = nb_float: number::float;
    as_number.floor_divide = nb_floor_divide: number::floor_divide;
    as_number.right_floor_divide = nb_floor_divide: number::floor_divide;
    as_number.index = nb_index: number::index;
    as_number.inplace_add = nb_inplace_add: number::inplace_add;
    as_number.inplace_and = nb_inplace_and: number::inplace_and;
    as_number.inplace_floor_divide = nb_inplace_floor_divide: number::inplace_floor_divide;
    as_number.inplace_lshift = nb_inplace_lshift: number::inplace_lshift;
    as_number.inplace_matrix_multiply = nb_inplace_matrix_multiply: number::inplace_matrix_multiply;
    as_number.inplace_multiply = nb_inplace_multiply: number::inplace_multiply;
    as_number.inplace_or = nb_inplace_or: number::inplace_or;
    as_number.inplace_power = nb_inplace_power: number::inplace_power;
    as_number.inplace_remainder = nb_inplace_remainder: number::inplace_remainder;
    as_number.inplace_rshift = nb_inplace_rshift: number::inplace_rshift;
    as_number.inplace_subtract = nb_inplace_subtract: number::inplace_subtract;
    as_number.inplace_true_divide = nb_inplace_true_divide: number::inplace_true_divide;
    as_number.inplace_xor = nb_inplace_xor: number::inplace_xor;
    as_number.int = nb_int: number::int;
    as_number.invert = nb_invert: number::invert;
    as_number.lshift = nb_lshift: number::lshift;
    as_number.right_lshift = nb_lshift: number::lshift;
    as_number.matrix_multiply = nb_matrix_multiply: number::matrix_multiply;
    as_number.right_matrix_multiply = nb_matrix_multiply: number::matrix_multiply;
    as_number.multiply = nb_multiply: number::multiply;
    as_number.right_multiply = nb_multiply: number::multiply;
    as_number.negative = nb_negative: number::negative;
    as_number.or = nb_or: number::or;
    as_number.right_or = nb_or: number::or;
    as_number.positive = nb_positive: number::positive;
    as_number.power = nb_power: number::power;
    as_number.right_power = nb_power: number::power;
    as_number.remainder = nb_remainder: number::remainder;
    as_number.right_remainder = nb_remainder: number::remainder;
    as_number.rshift = nb_rshift: number::rshift;
    as_number.right_rshift = nb_rshift: number::rshift;
    as_number.subtract = nb_subtract: number::subtract;
    as_number.right_subtract = nb_subtract: number::subtract;
    as_number.true_divide = nb_true_divide: number::true_divide;
    as_number.right_true_divide = nb_true_divide: number::true_divide;
    as_number.xor = nb_xor: number::xor;
    as_number.right_xor = nb_xor: number::xor;
    as_mapping.length = mp_length: mapping::length;
    as_mapping.subscript = mp_subscript: mapping::subscript;
    as_mapping.ass_subscript = mp_ass_subscript: mapping::ass_subscript;
    as_sequence.length = sq_length: sequence::length;
    as_sequence.concat = sq_concat: sequence::concat;
    as_sequence.repeat = sq_repeat: sequence::repeat;
    as_sequence.item = sq_item: sequence::item;
    as_sequence.ass_item = sq_ass_item: sequence::ass_item;
    as_sequence.contains = sq_contains: sequence::contains;
    as_sequence.inplace_concat = sq_inplace_concat: sequence::inplace_concat;
    as_sequence.inplace_repeat = sq_inplace_repeat: sequence::inplace_repeat;
    as_buffer = bf_getbuffer: buffer::as_buffer;
    repr = tp_repr: object::repr;
    str = tp_str: object::str;
    hash = tp_hash: object::hash;
    richcompare = tp_richcompare: object::compare;
    init = tp_init: object::init;
    del = tp_finalize: object::finalize;
    call = tp_call: call::call;
    descr_get = tp_descr_get: object::descr_get;
}

/// Fills the slots of a new type: with functions for what its extension gives,
/// and with what it inherits. Returns the C functions behind them.
pub fn install(class: &Py<PyType>, own: &Slots, has_call_offset: bool, ctx: &Context) -> Slots {
    let mut effective = Slots::default();
    fill(class, own, &mut effective);
    compare_or_hash(class, own, &mut effective, ctx);
    let slots = class.slots();
    if has_call_offset {
        slots.call.store(Some(call::call));
    }
    complete(slots);
    effective
}

/// The name as one that a slot goes by.
pub fn name_of_a_slot(name: &[u8]) -> Option<&'static str> {
    name.starts_with(b"__")
        .then(|| dunder::name(name))
        .flatten()
}

/// Fills the slots that follow from others.
fn complete(slots: &PyTypeSlots) {
    sequence::stand_in_for_mapping(slots);
    let ours = pointer(slots.call.load(), call::call);
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
            slots
                .richcompare
                .store(ctx.types.object_type.slots().richcompare.load());
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
