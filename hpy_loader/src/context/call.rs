//! Calling Python.

use super::prelude::*;
use crate::handles::Pin;
use crate::runtime::Roots;
use smallvec::SmallVec;

/// Calls with more arguments than this allocate.
const INLINE: usize = 8;

type Pins<R> = SmallVec<[Pin<'static, <R as Roots>::Object>; INLINE]>;

/// Borrows of what is pinned, as a runtime takes them.
type Objects<'a, R> = SmallVec<[&'a <R as Roots>::Object; INLINE]>;

/// Roots of the arguments of a call, for a VM that takes them.
#[inline(always)]
fn roots<R: Runtime>(
    call: ContextCall<R>,
    args: &ArrayArg<HPy>,
    count: usize,
) -> VmResult<Box<[R::Object]>, R> {
    call.expect_array(args, count)?;
    call.expect_memory(count.saturating_mul(size_of::<R::Object>()))?;
    let mut roots = Vec::with_capacity(count);
    for index in 0..count {
        roots.push(call.duplicate(args.read(index))?);
    }
    // The two words of a slice stay in registers.
    Ok(roots.into_boxed_slice())
}

/// Borrows everything, in place: what was just written is slow to move.
#[inline(always)]
fn borrow<'a, R: Runtime>(pins: &'a Pins<R>, objects: &mut Objects<'a, R>) {
    for pin in pins {
        objects.push(&**pin);
    }
}

/// Makes a call in the vectorcall form outside the lock: `operation` gets the arguments
/// and the names of keywords, and calls `callable`, if that is known. The frequent case,
/// without names, is kept apart: it moves nothing to and fro that may be there or not.
#[inline(always)]
fn vectorcall<R: Runtime>(
    call: ContextCall<R>,
    args: &ArrayArg<HPy>,
    nargs: usize,
    kwnames: HPy,
    callable: Option<&R::Object>,
    operation: impl Fn(&R, &[&R::Object], Option<&R::Object>) -> VmResult<R::Object, R>,
) -> VmResult<HPy, R> {
    let mut pins = Pins::<R>::new();
    if kwnames.is_null() {
        call.get_array(args, nargs, &mut pins)?;
        let mut objects = Objects::<R>::new();
        borrow::<R>(&pins, &mut objects);
        let made = call.leave_for(callable, |vm| operation(vm, &objects, None))?;
        return call.open(made);
    }
    let names = call.get(kwnames)?;
    if !call
        .runtime()
        .is_builtin_instance(&names, BuiltinKind::Tuple)
    {
        return Err(call.type_error("the names of keyword arguments must be a tuple"));
    }
    let count = match call.runtime().fast_length(&names) {
        Some(length) => length,
        None => call.leave(|vm| vm.length(&names))?,
    };
    call.get_array(args, nargs.saturating_add(count), &mut pins)?;
    let mut objects = Objects::<R>::new();
    borrow::<R>(&pins, &mut objects);
    let made = call.leave_for(callable, |vm| operation(vm, &objects, Some(&names)))?;
    call.open(made)
}

/// Checks that an argument of a call, if it is given, is of a builtin type.
fn expect_optional<R: Runtime>(
    call: ContextCall<R>,
    object: Option<&R::Object>,
    kind: BuiltinKind,
    message: &str,
) -> VmResult<(), R> {
    match object {
        Some(object) if !call.runtime().is_builtin_instance(object, kind) => {
            Err(call.type_error(message))
        }
        _ => Ok(()),
    }
}

const NO_TUPLE: &str = "HPy_CallTupleDict requires args to be a tuple or null handle";
const NO_DICT: &str = "HPy_CallTupleDict requires kw to be a dict or null handle";

context_functions! {
    fn ctx_Callable_Check(call, h: HPy) -> c_int {
        Ok(c_int::from(call.runtime().is_callable(&*call.get(h)?)))
    }

    fn ctx_Call(
        call,
        callable: HPy,
        args: ArrayArg<HPy>,
        nargs: usize,
        kwnames: HPy,
    ) -> HPy {
        let callable = call.get(callable)?;
        if R::UNTRACKED_ROOTS && kwnames.is_null() {
            let args = roots(call, &args, nargs)?;
            let made =
                call.leave_for(Some(&callable), |vm| vm.call_positional(&callable, args))?;
            return call.open(made);
        }
        let operation = |vm: &R, args: &[&R::Object], names: Option<&R::Object>| {
            vm.call(&callable, args, names)
        };
        vectorcall(call, &args, nargs, kwnames, Some(&callable), operation)
    }

    fn ctx_CallMethod(
        call,
        name: HPy,
        args: ArrayArg<HPy>,
        nargs: usize,
        kwnames: HPy,
    ) -> HPy {
        let name = call.get(name)?;
        if nargs == 0 {
            return Err(call.type_error("HPy_CallMethod needs the object as its first argument"));
        }
        let operation = |vm: &R, args: &[&R::Object], names: Option<&R::Object>| {
            vm.call_method(&name, args, names)
        };
        vectorcall(call, &args, nargs, kwnames, None, operation)
    }

    fn ctx_CallTupleDict(call, callable: HPy, args: HPy, kw: HPy) -> HPy {
        let callable = call.get(callable)?;
        let (args, kwargs) = (call.get_optional(args)?, call.get_optional(kw)?);
        expect_optional(call, args.as_deref(), BuiltinKind::Tuple, NO_TUPLE)?;
        expect_optional(call, kwargs.as_deref(), BuiltinKind::Dict, NO_DICT)?;
        let made = call.leave_for(Some(&callable), |vm| {
            vm.call_tuple_dict(&callable, args.as_deref(), kwargs.as_deref())
        })?;
        call.open(made)
    }
}
