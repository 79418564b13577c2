//! Calls of slots by their names, such as `a.__add__(b)`: CPython's `wrap_*` functions.
//!
//! [`for_each_dunder`](crate::for_each_dunder) has the names, each with a kind. For
//! each kind there is a method of [`WrapperCall`], which counts and converts Python's
//! arguments and calls the slot. A VM implements [`SlotWrappers`].

use super::{AskedBy, Callee, Like};
use crate::abi::*;
use crate::call::Loader;
use crate::runtime::{CompareOp, Runtime, VmResult};

/// What a VM does for calls of slots by their names.
pub trait SlotWrappers<R: Runtime>: Sized {
    /// An object, as the VM's own code holds it.
    type Value;
    /// An exception, likewise.
    type Error;
    /// The keywords of a call.
    type Keywords;

    /// What the loader takes for a value.
    fn object(&self, value: Self::Value) -> R::Object;
    /// The value for what the loader gives.
    fn value(&self, object: R::Object) -> Self::Value;
    /// The exception for one that the loader gives.
    fn error(&self, error: R::Object) -> Self::Error;
    /// Whether the value is `None`.
    fn is_none(&self, value: &Self::Value) -> bool;
    /// `PyNumber_AsSsize_t` with `OverflowError`.
    fn index(&self, value: &Self::Value) -> Result<isize, Self::Error>;
    /// The length of a sequence, if its class has one.
    fn length(&self, value: &Self::Value) -> Result<Option<usize>, Self::Error>;
    /// Whether there are keywords.
    fn has_keywords(keywords: &Self::Keywords) -> bool;
    /// The keywords as a dict, if there are any.
    fn keyword_dict(&self, keywords: Self::Keywords) -> Result<Option<Self::Value>, Self::Error>;
    /// `self(...)`. The instance may have a function of its own.
    fn call(call: WrapperCall<'_, R, Self>, function: HPyFunc_keywords) -> Answer<R, Self>;
}

/// What a call of a slot by its name gives.
pub type Answer<R, V> = Result<<V as SlotWrappers<R>>::Value, <V as SlotWrappers<R>>::Error>;

/// A call of a slot by its name.
pub struct WrapperCall<'a, R: Runtime, V: SlotWrappers<R>> {
    /// The VM.
    pub vm: &'a V,
    /// The loader that the slot came with.
    pub loader: &'static Loader<R>,
    /// The name.
    pub name: &'static str,
    /// The receiver, an instance of the type that has the slot.
    pub this: V::Value,
    /// The other positional arguments.
    pub args: Vec<V::Value>,
    /// The keywords.
    pub keywords: V::Keywords,
}

/// The first step for an argument: converting it, which may run Python code.
macro_rules! converted {
    ($call:ident $arg:ident object) => {};
    ($call:ident $arg:ident index) => {
        let $arg = $call.vm.index(&$arg)?;
    };
    ($call:ident $arg:ident position) => {
        let $arg = $call.position(&$arg)?;
    };
}

/// The second step: giving it away.
macro_rules! given {
    ($call:ident $arg:ident object) => {
        let $arg = $call.vm.object($arg);
    };
    ($call:ident $arg:ident $other:ident) => {};
}

macro_rules! wrappers {
    ($(
        $(#[$doc:meta])*
        $kind:ident($function:ty) $this:ident.[$($arg:ident: $as:ident),*] => $args:tt -> $result:ident;
    )*) => {
        impl<R: Runtime, V: SlotWrappers<R>> WrapperCall<'_, R, V> {
            $(
                $(#[$doc])*
                pub fn $kind<F: Like<R, $function>>(mut self, function: F) -> Answer<R, V> {
                    let [$($arg),*] = self.exactly()?;
                    $(converted!(self $arg $as);)*
                    let (vm, loader) = (self.vm, self.loader);
                    let $this = vm.object(self.this);
                    $(given!(self $arg $as);)*
                    $result(vm, loader, function.call(loader, $args, AskedBy::Name))
                }
            )*
        }
    };
}

wrappers! {
    /// `op self`
    unary(HPyFunc_unaryfunc) this.[] => (this,) -> object;
    /// `self op other`
    binary(HPyFunc_binaryfunc) this.[other: object] => (this, other) -> object;
    /// `other op self`
    reflected(HPyFunc_binaryfunc) this.[other: object] => (other, this) -> object;
    /// `bool(self)`
    inquiry(HPyFunc_inquiry) this.[] => (this,) -> truth;
    /// `len(self)`
    length(HPyFunc_lenfunc) this.[] => (this,) -> length;
    /// `hash(self)`
    hash(HPyFunc_hashfunc) this.[] => (this,) -> hash;
    /// `self * count`
    count(HPyFunc_ssizeargfunc) this.[count: index] => (this, count) -> object;
    /// `self[index]`
    item(HPyFunc_ssizeargfunc) this.[index: position] => (this, index) -> object;
    /// `self[index] = value`
    set_item(HPyFunc_ssizeobjargproc) this.[index: position, value: object]
        => (this, index, Some(value)) -> nothing;
    /// `del self[index]`
    delete_item(HPyFunc_ssizeobjargproc) this.[index: position] => (this, index, None) -> nothing;
    /// `self[key] = value`
    set_key(HPyFunc_objobjargproc) this.[key: object, value: object]
        => (this, key, Some(value)) -> nothing;
    /// `del self[key]`
    delete_key(HPyFunc_objobjargproc) this.[key: object] => (this, key, None) -> nothing;
    /// `key in self`
    contains(HPyFunc_objobjproc) this.[key: object] => (this, key) -> truth;
    /// `__del__`
    finalize(HPyFunc_destructor) this.[] => (this,) -> nothing;
}

impl<R: Runtime, V: SlotWrappers<R>> WrapperCall<'_, R, V> {
    /// `self < other` and so on
    pub fn compare<F: Like<R, HPyFunc_richcmpfunc>>(
        mut self,
        function: F,
        op: CompareOp,
    ) -> Answer<R, V> {
        let [other] = self.exactly()?;
        let (this, other) = (self.vm.object(self.this), self.vm.object(other));
        object(
            self.vm,
            self.loader,
            function.call(self.loader, (this, other, op), AskedBy::Name),
        )
    }

    /// `pow(self, other, third)`
    pub fn ternary<F: Like<R, HPyFunc_ternaryfunc>>(mut self, function: F) -> Answer<R, V> {
        let (other, third) = self.one_or_two()?;
        let args = (
            self.vm.object(self.this),
            self.vm.object(other),
            self.vm.object(third),
        );
        object(
            self.vm,
            self.loader,
            function.call(self.loader, args, AskedBy::Name),
        )
    }

    /// `pow(other, self, third)`
    pub fn reflected_ternary<F: Like<R, HPyFunc_ternaryfunc>>(
        mut self,
        function: F,
    ) -> Answer<R, V> {
        let (other, third) = self.one_or_two()?;
        let args = (
            self.vm.object(other),
            self.vm.object(self.this),
            self.vm.object(third),
        );
        object(
            self.vm,
            self.loader,
            function.call(self.loader, args, AskedBy::Name),
        )
    }

    /// `__get__(instance, owner)`, where `None` stands for nothing.
    pub fn get<F: Like<R, HPyFunc_descrgetfunc>>(mut self, function: F) -> Answer<R, V> {
        let (instance, owner) = self.one_or_two()?;
        let present = |value| (!self.vm.is_none(&value)).then(|| self.vm.object(value));
        let (instance, owner) = (present(instance), present(owner));
        if instance.is_none() && owner.is_none() {
            return Err(self.type_error("__get__(None, None) is invalid"));
        }
        let args = (self.vm.object(self.this), instance, owner);
        object(
            self.vm,
            self.loader,
            function.call(self.loader, args, AskedBy::Name),
        )
    }

    /// `__init__`
    pub fn init<F: Like<R, HPyFunc_initproc>>(self, function: F) -> Answer<R, V> {
        let keywords = self.vm.keyword_dict(self.keywords)?;
        let objects = |value| self.vm.object(value);
        let args = self.args.into_iter().map(objects).collect();
        let args = (self.vm.object(self.this), args, keywords.map(objects));
        nothing(
            self.vm,
            self.loader,
            function.call(self.loader, args, AskedBy::Name),
        )
    }

    /// `__new__`, whose receiver is the class.
    pub fn new_instance(self, function: HPyFunc_newfunc) -> Answer<R, V> {
        let keywords = self.vm.keyword_dict(self.keywords)?;
        let objects = |value| self.vm.object(value);
        let args = self.args.into_iter().map(objects).collect();
        let class = self.vm.object(self.this);
        let args = (class, args, keywords.map(objects), Callee::Class);
        object(
            self.vm,
            self.loader,
            function.call(self.loader, args, AskedBy::Name),
        )
    }

    /// See [`SlotWrappers::call`].
    pub fn call(self, function: HPyFunc_keywords) -> Answer<R, V> {
        V::call(self, function)
    }

    /// `self(...)` for `tp_call` of CPython's own API.
    pub fn call_legacy(self, function: cpy_ternaryfunc) -> Answer<R, V> {
        let keywords = self.vm.keyword_dict(self.keywords)?;
        let objects = |value| self.vm.object(value);
        let args = self.args.into_iter().map(objects).collect();
        let args = (self.vm.object(self.this), args, keywords.map(objects));
        object(
            self.vm,
            self.loader,
            self.loader.call_legacy_instance(function, args),
        )
    }

    /// Exactly `N` positional arguments, in CPython's words otherwise
    /// (`check_num_args`).
    fn exactly<const N: usize>(&mut self) -> Result<[V::Value; N], V::Error> {
        let args = self.positional()?;
        let given = args.len();
        args.try_into().map_err(|_| {
            let plural = if N == 1 { "" } else { "s" };
            self.type_error(&format!("expected {N} argument{plural}, got {given}"))
        })
    }

    /// One or two positional arguments, as `wrap_ternaryfunc` parses them: its
    /// messages start where a name is missing.
    fn one_or_two(&mut self) -> Result<(V::Value, V::Value), V::Error> {
        let mut args = self.positional()?.into_iter();
        let given = args.len();
        match (args.next(), args.next(), args.next()) {
            (Some(first), Some(second), None) => Ok((first, second)),
            (Some(first), None, _) => Ok((first, none(self.vm, self.loader))),
            (None, ..) => Err(self.type_error(" expected at least 1 argument, got 0")),
            _ => Err(self.type_error(&format!(" expected at most 2 arguments, got {given}"))),
        }
    }

    fn positional(&mut self) -> Result<Vec<V::Value>, V::Error> {
        if V::has_keywords(&self.keywords) {
            let message = format!("wrapper {}() takes no keyword arguments", self.name);
            return Err(self.type_error(&message));
        }
        Ok(std::mem::take(&mut self.args))
    }

    /// An index, counted from the front if the type tells its length, as in
    /// `PySequence_GetItem`.
    fn position(&self, index: &V::Value) -> Result<isize, V::Error> {
        let index = self.vm.index(index)?;
        if index >= 0 {
            return Ok(index);
        }
        let length = self.vm.length(&self.this)?;
        Ok(index + length.map_or(0, usize::cast_signed))
    }

    fn type_error(&self, message: &str) -> V::Error {
        let class = self.loader.constants().h_TypeError;
        self.vm.error(self.loader.error(class, message))
    }
}

/// The value of a constant of the context.
fn constant<R: Runtime, V: SlotWrappers<R>>(vm: &V, loader: &Loader<R>, handle: HPy) -> V::Value {
    match loader.object(handle) {
        Some(object) => vm.value(object),
        None => unreachable!("constants of the context stay open"),
    }
}

fn none<R: Runtime, V: SlotWrappers<R>>(vm: &V, loader: &Loader<R>) -> V::Value {
    constant(vm, loader, loader.constants().h_None)
}

fn object<R: Runtime, V: SlotWrappers<R>>(
    vm: &V,
    _: &Loader<R>,
    result: VmResult<R::Object, R>,
) -> Answer<R, V> {
    match result {
        Ok(object) => Ok(vm.value(object)),
        Err(error) => Err(vm.error(error)),
    }
}

fn nothing<R: Runtime, V: SlotWrappers<R>>(
    vm: &V,
    loader: &Loader<R>,
    result: VmResult<(), R>,
) -> Answer<R, V> {
    match result {
        Ok(()) => Ok(none(vm, loader)),
        Err(error) => Err(vm.error(error)),
    }
}

fn truth<R: Runtime, V: SlotWrappers<R>>(
    vm: &V,
    loader: &Loader<R>,
    result: VmResult<bool, R>,
) -> Answer<R, V> {
    let constants = loader.constants();
    match result {
        Ok(true) => Ok(constant(vm, loader, constants.h_True)),
        Ok(false) => Ok(constant(vm, loader, constants.h_False)),
        Err(error) => Err(vm.error(error)),
    }
}

fn length<R: Runtime, V: SlotWrappers<R>>(
    vm: &V,
    loader: &Loader<R>,
    result: VmResult<usize, R>,
) -> Answer<R, V> {
    // A call by name passes on what is below zero.
    hash(vm, loader, result.map(usize::cast_signed))
}

fn hash<R: Runtime, V: SlotWrappers<R>>(
    vm: &V,
    loader: &Loader<R>,
    result: VmResult<HPy_hash_t, R>,
) -> Answer<R, V> {
    match result {
        Ok(number) => Ok(vm.value(loader.runtime().new_int(number as i64))),
        Err(error) => Err(vm.error(error)),
    }
}
