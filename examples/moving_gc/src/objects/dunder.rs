//! The names that an extension's slots go by, and how a call of such a name
//! becomes a call of the slot: CPython's slot wrappers.
//!
//! The VM has no slots of its own. All its operations look names up, so these
//! names are how an operation reaches C, how a class of the language overrides
//! a slot, and how it calls the one that it overrides.

use super::class::Definition;
use crate::heap::{Local, Object};
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::abi::*;
use hpy_loader::call::Callee;
use hpy_loader::runtime::CompareOp;

/// One name of a slot.
pub(crate) struct Dunder {
    /// The name.
    pub name: &'static str,
    /// Whether a type fills the slot.
    pub is_filled: fn(&Slots) -> bool,
    /// Calls the slot.
    pub call: fn(&Vm, Definition, Local, Arguments) -> Result,
}

/// A call of a name. Everything in it is rooted until the loader takes it.
struct Wrapped<'a, F> {
    vm: &'a Vm,
    definition: Definition,
    function: F,
    this: Local,
    arguments: Arguments,
}

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident;)*) => {
        /// All names. Where two slots have one name, the first that is filled
        /// wins, as in CPython.
        pub(crate) static DUNDERS: &[Dunder] = &[$(Dunder {
            name: $name,
            is_filled: |slots| slots.$slot.is_some(),
            call: |vm, definition, this, arguments| {
                match definition.type_def.slots.$slot {
                    Some(function) => {
                        let wrapped = Wrapped { vm, definition, function, this, arguments };
                        wrapped.$kind($(CompareOp::$op)?)
                    }
                    None => Err(vm.error("SystemError", "a name for an empty slot")),
                }
            },
        },)*];
    };
}

dunders! {
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
    "__new__" = make tp_new;
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

impl<F: Copy> Wrapped<'_, F> {
    fn exactly<const N: usize>(&self) -> Result<[Local; N]> {
        let count = self.arguments.positional.len();
        if !self.arguments.keywords.is_empty() {
            let message = "wrapper takes no keyword arguments";
            return Err(self.vm.error("TypeError", message));
        }
        <[Local; N]>::try_from(self.arguments.positional.clone()).map_err(|_| {
            let s = if N == 1 { "" } else { "s" };
            let message = format!("expected {N} argument{s}, got {count}");
            self.vm.error("TypeError", &message)
        })
    }

    fn one_or_two(&self) -> Result<(Local, Local)> {
        match &*self.arguments.positional {
            [one] => Ok((one.clone(), self.vm.none())),
            [one, two] => Ok((one.clone(), two.clone())),
            _ => {
                let count = self.arguments.positional.len();
                let message = format!("expected 1 or 2 arguments, got {count}");
                Err(self.vm.error("TypeError", &message))
            }
        }
    }

    fn done(&self, result: std::result::Result<(), Object>) -> Result {
        self.vm.rooted_error(result)?;
        Ok(self.vm.none())
    }

    /// The keywords as a dict, if there are any.
    fn keyword_dict(&self) -> Result<Option<Local>> {
        if self.arguments.keywords.is_empty() {
            return Ok(None);
        }
        let dict = self.vm.dict();
        for (name, value) in &self.arguments.keywords {
            self.vm.dict_set(&dict, name, value)?;
        }
        Ok(Some(dict))
    }

    fn index(&self, index: &Local) -> Result<isize> {
        self.vm.index_of(index, "OverflowError")
    }

    /// An index counted from the front, as `sq_item` gets it.
    fn index_from_front(&self, index: &Local) -> Result<isize> {
        let index = self.index(index)?;
        if index >= 0
            || self
                .vm
                .lookup(&self.vm.class_of(&self.this), "__len__")
                .is_none()
        {
            return Ok(index);
        }
        Ok(index + self.vm.length(&self.this)?.cast_signed())
    }
}

macro_rules! wrappers {
    ($($(#[$doc:meta])* $name:ident($function:ty) $(with $op:ident: $type:ty)? |$w:ident| $body:block)*) => {
        $(impl Wrapped<'_, $function> {
            $(#[$doc])*
            fn $name(self $(, $op: $type)?) -> Result {
                let $w = self;
                $body
            }
        })*
    };
}

// SAFETY: for all calls below: the function fills a slot of that signature in a
// definition that the extension of this loader gave.
wrappers! {
    /// `op self`
    unary(HPyFunc_unaryfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: see above.
        w.vm.rooted(unsafe { w.definition.loader.call_unary(w.function, w.this.to_object()) })
    }
    /// `self op other`
    binary(HPyFunc_binaryfunc) |w| {
        let [other] = w.exactly()?;
        // SAFETY: see above.
        w.vm.rooted(unsafe {
            w.definition.loader.call_binary(w.function, w.this.to_object(), other.to_object())
        })
    }
    /// `other op self`
    reflected(HPyFunc_binaryfunc) |w| {
        let [other] = w.exactly()?;
        // SAFETY: see above.
        w.vm.rooted(unsafe {
            w.definition.loader.call_binary(w.function, other.to_object(), w.this.to_object())
        })
    }
    /// `pow(self, other, third)`
    ternary(HPyFunc_ternaryfunc) |w| {
        let (other, third) = w.one_or_two()?;
        let (this, other, third) = (w.this.to_object(), other.to_object(), third.to_object());
        // SAFETY: see above.
        w.vm.rooted(unsafe { w.definition.loader.call_ternary(w.function, this, other, third) })
    }
    /// `pow(other, self, third)`
    reflected_ternary(HPyFunc_ternaryfunc) |w| {
        let (other, third) = w.one_or_two()?;
        let (this, other, third) = (w.this.to_object(), other.to_object(), third.to_object());
        // SAFETY: see above.
        w.vm.rooted(unsafe { w.definition.loader.call_ternary(w.function, other, this, third) })
    }
    /// `bool(self)`
    inquiry(HPyFunc_inquiry) |w| {
        let [] = w.exactly()?;
        // SAFETY: see above.
        let result = unsafe { w.definition.loader.call_inquiry(w.function, w.this.to_object()) };
        Ok(w.vm.bool(w.vm.rooted_error(result)?))
    }
    /// `len(self)`
    length(HPyFunc_lenfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: see above.
        let result = unsafe { w.definition.loader.call_length(w.function, w.this.to_object()) };
        Ok(w.vm.int(w.vm.rooted_error(result)? as i64))
    }
    /// `hash(self)`
    hash(HPyFunc_hashfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: see above.
        let result = unsafe { w.definition.loader.call_hash(w.function, w.this.to_object()) };
        Ok(w.vm.int(w.vm.rooted_error(result)? as i64))
    }
    /// `self * count`
    count(HPyFunc_ssizeargfunc) |w| {
        let [count] = w.exactly()?;
        let count = w.index(&count)?;
        // SAFETY: see above.
        w.vm.rooted(unsafe {
            w.definition.loader.call_ssizearg(w.function, w.this.to_object(), count)
        })
    }
    /// `self[index]`
    item(HPyFunc_ssizeargfunc) |w| {
        let [index] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        // SAFETY: see above.
        w.vm.rooted(unsafe {
            w.definition.loader.call_ssizearg(w.function, w.this.to_object(), index)
        })
    }
    /// `self[index] = value`
    set_item(HPyFunc_ssizeobjargproc) |w| {
        let [index, value] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        let (this, value) = (w.this.to_object(), Some(value.to_object()));
        // SAFETY: see above.
        w.done(unsafe { w.definition.loader.call_ssizeobjarg(w.function, this, index, value) })
    }
    /// `del self[index]`
    delete_item(HPyFunc_ssizeobjargproc) |w| {
        let [index] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        let this = w.this.to_object();
        // SAFETY: see above.
        w.done(unsafe { w.definition.loader.call_ssizeobjarg(w.function, this, index, None) })
    }
    /// `self[key] = value`
    set_key(HPyFunc_objobjargproc) |w| {
        let [key, value] = w.exactly()?;
        let (this, key, value) = (w.this.to_object(), key.to_object(), Some(value.to_object()));
        // SAFETY: see above.
        w.done(unsafe { w.definition.loader.call_objobjarg(w.function, this, key, value) })
    }
    /// `del self[key]`
    delete_key(HPyFunc_objobjargproc) |w| {
        let [key] = w.exactly()?;
        let (this, key) = (w.this.to_object(), key.to_object());
        // SAFETY: see above.
        w.done(unsafe { w.definition.loader.call_objobjarg(w.function, this, key, None) })
    }
    /// `key in self`
    contains(HPyFunc_objobjproc) |w| {
        let [key] = w.exactly()?;
        let (this, key) = (w.this.to_object(), key.to_object());
        // SAFETY: see above.
        let result = unsafe { w.definition.loader.call_objobj(w.function, this, key) };
        Ok(w.vm.bool(w.vm.rooted_error(result)?))
    }
    /// `self < other` and so on
    compare(HPyFunc_richcmpfunc) with op: CompareOp |w| {
        let [other] = w.exactly()?;
        let (this, other) = (w.this.to_object(), other.to_object());
        // SAFETY: see above.
        w.vm.rooted(unsafe { w.definition.loader.call_compare(w.function, this, other, op) })
    }
    /// `__init__`
    init(HPyFunc_initproc) |w| {
        let keywords = w.keyword_dict()?;
        let args = &w.arguments.positional;
        // SAFETY: see above.
        w.done(unsafe {
            w.definition.loader.call_init(
                w.function,
                w.this.to_object(),
                args.iter().map(Local::to_object),
                keywords.as_ref().map(Local::to_object),
            )
        })
    }
    /// `__new__`, whose first argument is the class
    make(HPyFunc_newfunc) |w| {
        let keywords = w.keyword_dict()?;
        let args = &w.arguments.positional;
        let name = w.definition.type_def.name();
        let name = || name.to_owned();
        // SAFETY: see above.
        w.vm.rooted(unsafe {
            w.definition.loader.call_new(
                w.function,
                w.this.to_object(),
                args.iter().map(Local::to_object),
                keywords.as_ref().map(Local::to_object),
                Callee::Callable(&name),
            )
        })
    }
    /// `__del__`
    finalize(HPyFunc_destructor) |w| {
        let [] = w.exactly()?;
        // SAFETY: see above.
        unsafe { w.definition.loader.call_finalize(w.function, w.this.to_object()) };
        Ok(w.vm.none())
    }
    /// `self(...)`: the instance may have a function of its own.
    call(HPyFunc_keywords) |w| {
        let own = w.vm.heap.companion(&w.this).and_then(|companion| companion.call());
        let function = own.unwrap_or(w.function);
        let (values, names) = w.vm.flatten(&w.arguments);
        let repr = || w.vm.repr(&w.this).unwrap_or_default();
        // SAFETY: see above; the instance's own function came from the same
        // extension.
        w.vm.rooted(unsafe {
            w.definition.loader.call_keywords(
                function,
                w.this.to_object(),
                values.iter().map(Local::to_object),
                names.as_ref().map(|(names, count)| (names.to_object(), *count)),
                Callee::Callable(&repr),
            )
        })
    }
    /// `__get__(instance, owner)`
    get(HPyFunc_descrgetfunc) |w| {
        let (instance, owner) = w.one_or_two()?;
        let present = |object: &Local| (!w.vm.is_none(object)).then(|| object.to_object());
        let (instance, owner) = (present(&instance), present(&owner));
        let this = w.this.to_object();
        // SAFETY: see above.
        w.vm.rooted(unsafe { w.definition.loader.call_descr_get(w.function, this, instance, owner) })
    }
}
