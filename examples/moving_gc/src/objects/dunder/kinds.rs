//! How a call of a name becomes a call of its slot, by the kind of the slot:
//! CPython's `wrap_*` functions.

use super::Wrapped;
use crate::heap::Local;
use crate::vm::Result;
use hpy_loader::abi::*;
use hpy_loader::call::Callee;
use hpy_loader::runtime::CompareOp;

macro_rules! wrappers {
    ($($(#[$doc:meta])* $name:ident($function:ty) $(with $op:ident: $type:ty)? |$w:ident| $body:block)*) => {
        $(impl Wrapped<'_, $function> {
            $(#[$doc])*
            pub(super) fn $name(self $(, $op: $type)?) -> Result {
                let $w = self;
                $body
            }
        })*
    };
}

wrappers! {
    /// `op self`
    unary(HPyFunc_unaryfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe { w.definition.loader.call_unary(w.function, w.this.to_object()) })
    }
    /// `self op other`
    binary(HPyFunc_binaryfunc) |w| {
        let [other] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe {
            w.definition.loader.call_binary(w.function, w.this.to_object(), other.to_object())
        })
    }
    /// `other op self`
    reflected(HPyFunc_binaryfunc) |w| {
        let [other] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe {
            w.definition.loader.call_binary(w.function, other.to_object(), w.this.to_object())
        })
    }
    /// `pow(self, other, third)`
    ternary(HPyFunc_ternaryfunc) |w| {
        let (other, third) = w.one_or_two()?;
        let (this, other, third) = (w.this.to_object(), other.to_object(), third.to_object());
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe { w.definition.loader.call_ternary(w.function, this, other, third) })
    }
    /// `pow(other, self, third)`
    reflected_ternary(HPyFunc_ternaryfunc) |w| {
        let (other, third) = w.one_or_two()?;
        let (this, other, third) = (w.this.to_object(), other.to_object(), third.to_object());
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe { w.definition.loader.call_ternary(w.function, other, this, third) })
    }
    /// `bool(self)`
    inquiry(HPyFunc_inquiry) |w| {
        let [] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        let result = unsafe { w.definition.loader.call_inquiry(w.function, w.this.to_object()) };
        Ok(w.vm.bool(w.vm.rooted_error(result)?))
    }
    /// `len(self)`
    length(HPyFunc_lenfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        let result = unsafe { w.definition.loader.call_length(w.function, w.this.to_object()) };
        Ok(w.vm.int(w.vm.rooted_error(result)? as i64))
    }
    /// `hash(self)`
    hash(HPyFunc_hashfunc) |w| {
        let [] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        let result = unsafe { w.definition.loader.call_hash(w.function, w.this.to_object()) };
        Ok(w.vm.int(w.vm.rooted_error(result)? as i64))
    }
    /// `self * count`
    count(HPyFunc_ssizeargfunc) |w| {
        let [count] = w.exactly()?;
        let count = w.index(&count)?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe {
            w.definition.loader.call_ssizearg(w.function, w.this.to_object(), count)
        })
    }
    /// `self[index]`
    item(HPyFunc_ssizeargfunc) |w| {
        let [index] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe {
            w.definition.loader.call_ssizearg(w.function, w.this.to_object(), index)
        })
    }
    /// `self[index] = value`
    set_item(HPyFunc_ssizeobjargproc) |w| {
        let [index, value] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        let (this, value) = (w.this.to_object(), Some(value.to_object()));
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.done(unsafe { w.definition.loader.call_ssizeobjarg(w.function, this, index, value) })
    }
    /// `del self[index]`
    delete_item(HPyFunc_ssizeobjargproc) |w| {
        let [index] = w.exactly()?;
        let index = w.index_from_front(&index)?;
        let this = w.this.to_object();
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.done(unsafe { w.definition.loader.call_ssizeobjarg(w.function, this, index, None) })
    }
    /// `self[key] = value`
    set_key(HPyFunc_objobjargproc) |w| {
        let [key, value] = w.exactly()?;
        let (this, key, value) = (w.this.to_object(), key.to_object(), Some(value.to_object()));
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.done(unsafe { w.definition.loader.call_objobjarg(w.function, this, key, value) })
    }
    /// `del self[key]`
    delete_key(HPyFunc_objobjargproc) |w| {
        let [key] = w.exactly()?;
        let (this, key) = (w.this.to_object(), key.to_object());
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.done(unsafe { w.definition.loader.call_objobjarg(w.function, this, key, None) })
    }
    /// `key in self`
    contains(HPyFunc_objobjproc) |w| {
        let [key] = w.exactly()?;
        let (this, key) = (w.this.to_object(), key.to_object());
        // SAFETY: the loader's extension has put the function into a slot of this type.
        let result = unsafe { w.definition.loader.call_objobj(w.function, this, key) };
        Ok(w.vm.bool(w.vm.rooted_error(result)?))
    }
    /// `self < other` and so on
    compare(HPyFunc_richcmpfunc) with op: CompareOp |w| {
        let [other] = w.exactly()?;
        let (this, other) = (w.this.to_object(), other.to_object());
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe { w.definition.loader.call_compare(w.function, this, other, op) })
    }
    /// `__init__`
    init(HPyFunc_initproc) |w| {
        let keywords = w.keyword_dict()?;
        let args = &w.arguments.positional;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.done(unsafe {
            w.definition.loader.call_init(
                w.function,
                w.this.to_object(),
                args.iter().map(Local::to_object).collect(),
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
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe {
            w.definition.loader.call_new(
                w.function,
                w.this.to_object(),
                args.iter().map(Local::to_object).collect(),
                keywords.as_ref().map(Local::to_object),
                Callee::Callable(&name),
            )
        })
    }
    /// `__del__`
    finalize(HPyFunc_destructor) |w| {
        let [] = w.exactly()?;
        // SAFETY: the loader's extension has put the function into a slot of this type.
        unsafe { w.definition.loader.call_finalize(w.function, w.this.to_object()) };
        Ok(w.vm.none())
    }
    /// `self(...)`: the instance may have a function of its own.
    call(HPyFunc_keywords) |w| {
        let own = w.vm.heap.companion(&w.this).and_then(|companion| companion.call());
        let function = own.unwrap_or(w.function);
        let (values, names) = w.vm.flatten(&w.arguments);
        let repr = || w.vm.repr(&w.this).unwrap_or_default();
        // SAFETY: the loader's extension has put the function into a slot of this
        // type, or given it to the instance, which it made.
        w.vm.rooted(unsafe {
            w.definition.loader.call_keywords(
                function,
                w.this.to_object(),
                values.iter().map(Local::to_object).collect(),
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
        // SAFETY: the loader's extension has put the function into a slot of this type.
        w.vm.rooted(unsafe { w.definition.loader.call_descr_get(w.function, this, instance, owner) })
    }
}
