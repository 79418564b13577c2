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

pub(crate) unsafe fn ctx_Callable_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    Ok(c_int::from(entry.runtime().is_callable(&*entry.get(h)?)))
}

/// Adds the arguments of a call to `pins`, which stay where they are: moving them
/// costs as much as pinning.
///
/// # Safety
///
/// `args` points to `count` handles.
#[inline(always)]
unsafe fn pin_all<R: Runtime>(
    entry: Entry<R>,
    args: *const HPy,
    count: usize,
    pins: &mut Pins<R>,
) -> VmResult<(), R> {
    entry.expect_memory(count.saturating_mul(size_of::<Pin<'_, R::Object>>()))?;
    for i in 0..count {
        // SAFETY: the caller vouches for the length of the array.
        pins.push(entry.get(unsafe { *args.add(i) })?);
    }
    Ok(())
}

/// Roots of the arguments of a call, for a VM that takes them. A slice, whose two words
/// stay in registers.
///
/// # Safety
///
/// `args` points to `count` handles.
#[inline(always)]
unsafe fn roots<R: Runtime>(
    entry: Entry<R>,
    args: *const HPy,
    count: usize,
) -> VmResult<Box<[R::Object]>, R> {
    entry.expect_memory(count.saturating_mul(size_of::<R::Object>()))?;
    let mut roots = Box::new_uninit_slice(count);
    for i in 0..count {
        // SAFETY: the caller vouches for the length of the array.
        match root(entry, unsafe { *args.add(i) }) {
            Ok(object) => roots[i].write(object),
            Err(error) => {
                for root in &mut roots[..i] {
                    // SAFETY: written in an earlier round.
                    unsafe { root.assume_init_drop() };
                }
                return Err(error);
            }
        };
    }
    // SAFETY: all of them were written.
    Ok(unsafe { roots.assume_init() })
}

/// A root of what a handle refers to.
#[inline(always)]
fn root<R: Runtime>(entry: Entry<R>, handle: HPy) -> VmResult<R::Object, R> {
    // SAFETY: duplicating runs nothing that could close a handle.
    match unsafe { entry.core().handles().peek(RawHandle::from_bits(handle.0)) } {
        Some(object) => Ok(entry.runtime().duplicate(object)),
        None => Ok(entry.runtime().duplicate(&*entry.get(handle)?)),
    }
}

/// Borrows everything, in place: what was just written is slow to move.
#[inline(always)]
fn borrow<'a, R: Runtime>(pins: &'a Pins<R>, objects: &mut Objects<'a, R>) {
    for pin in pins {
        objects.push(&**pin);
    }
}

/// Runs `call` of `callable`, if that is known, outside the lock, with the arguments
/// and the names of keywords. The frequent case, without names, is kept apart: it moves
/// nothing to and fro that may be there or not.
///
/// # Safety
///
/// `args` points to `nargs` handles and one more for each name.
#[inline(always)]
unsafe fn vectorcall<R: Runtime>(
    entry: Entry<R>,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
    callable: Option<&R::Object>,
    call: impl Fn(&R, &[&R::Object], Option<&R::Object>) -> VmResult<R::Object, R>,
) -> VmResult<HPy, R> {
    let mut pins = Pins::<R>::new();
    if kwnames.is_null() {
        // SAFETY: the caller vouches for it.
        unsafe { pin_all(entry, args, nargs, &mut pins) }?;
        let mut objects = Objects::<R>::new();
        borrow::<R>(&pins, &mut objects);
        return entry.open_or_revive(entry.leave_for(callable, |vm| call(vm, &objects, None))?);
    }
    let names = entry.get(kwnames)?;
    if !entry
        .runtime()
        .is_builtin_instance(&names, BuiltinKind::Tuple)
    {
        return Err(entry.type_error("the names of keyword arguments must be a tuple"));
    }
    let count = match entry.runtime().fast_length(&names) {
        Some(length) => length,
        None => entry.leave(|vm| vm.length(&names))?,
    };
    // SAFETY: the caller vouches for it.
    unsafe { pin_all(entry, args, nargs.saturating_add(count), &mut pins) }?;
    let mut objects = Objects::<R>::new();
    borrow::<R>(&pins, &mut objects);
    entry.open_or_revive(entry.leave_for(callable, |vm| call(vm, &objects, Some(&names)))?)
}

pub(crate) unsafe fn ctx_Call<R: Runtime>(
    entry: Entry<R>,
    callable: HPy,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
) -> VmResult<HPy, R> {
    let callable = entry.get(callable)?;
    if R::UNTRACKED_ROOTS && kwnames.is_null() {
        // SAFETY: the extension gives the array.
        let args = unsafe { roots(entry, args, nargs) }?;
        return entry.open_or_revive(
            entry.leave_for(Some(&callable), |vm| vm.call_positional(&callable, args))?,
        );
    }
    let call =
        |vm: &R, args: &[&R::Object], names: Option<&R::Object>| vm.call(&callable, args, names);
    // SAFETY: the extension gives the array.
    unsafe { vectorcall(entry, args, nargs, kwnames, Some(&callable), call) }
}

pub(crate) unsafe fn ctx_CallMethod<R: Runtime>(
    entry: Entry<R>,
    name: HPy,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
) -> VmResult<HPy, R> {
    let name = entry.get(name)?;
    if nargs == 0 {
        return Err(entry.type_error("HPy_CallMethod needs the object as its first argument"));
    }
    let call =
        |vm: &R, args: &[&R::Object], names: Option<&R::Object>| vm.call_method(&name, args, names);
    // SAFETY: the extension gives the array.
    unsafe { vectorcall(entry, args, nargs, kwnames, None, call) }
}

const NO_TUPLE: &str = "HPy_CallTupleDict requires args to be a tuple or null handle";

pub(crate) unsafe fn ctx_CallTupleDict<R: Runtime>(
    entry: Entry<R>,
    callable: HPy,
    args: HPy,
    kw: HPy,
) -> VmResult<HPy, R> {
    let callable = entry.get(callable)?;
    if !args.is_null() && kw.is_null() {
        // The frequent case; see `vectorcall`.
        let args = entry.get(args)?;
        if !entry
            .runtime()
            .is_builtin_instance(&args, BuiltinKind::Tuple)
        {
            return Err(entry.type_error(NO_TUPLE));
        }
        let made = entry.leave_for(Some(&callable), |vm| {
            vm.call_tuple_dict(&callable, Some(&args), None)
        })?;
        return entry.open_or_revive(made);
    }
    let (args, kwargs) = (entry.get_optional(args)?, entry.get_optional(kw)?);
    let vm = entry.runtime();
    if args
        .as_ref()
        .is_some_and(|args| !vm.is_builtin_instance(args, BuiltinKind::Tuple))
    {
        return Err(entry.type_error(NO_TUPLE));
    }
    if kwargs
        .as_ref()
        .is_some_and(|kwargs| !vm.is_builtin_instance(kwargs, BuiltinKind::Dict))
    {
        let message = "HPy_CallTupleDict requires kw to be a dict or null handle";
        return Err(entry.type_error(message));
    }
    let result = entry.leave_for(Some(&callable), |vm| {
        vm.call_tuple_dict(&callable, args.as_deref(), kwargs.as_deref())
    })?;
    entry.open_or_revive(result)
}
