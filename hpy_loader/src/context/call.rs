//! Calling Python.

use super::prelude::*;
use crate::handles::Pin;
use smallvec::SmallVec;

/// Calls with more arguments than this allocate.
const INLINE: usize = 8;

type Pins<R> = SmallVec<[Pin<'static, <R as crate::runtime::Roots>::Object>; INLINE]>;

pub(crate) unsafe fn ctx_Callable_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> Fallible<c_int, R> {
    Ok(c_int::from(entry.runtime().is_callable(&*entry.get(h)?)))
}

/// Adds the arguments of a call in the vectorcall form to `pins`, which stay where
/// they are: moving them costs as much as pinning. Returns the names if there are
/// any.
///
/// # Safety
///
/// `args` points to `nargs` handles and one more for each name.
#[inline(always)]
unsafe fn arguments<R: Runtime>(
    entry: Entry<R>,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
    pins: &mut Pins<R>,
) -> Fallible<Option<Pin<'static, R::Object>>, R> {
    let names = entry.get_optional(kwnames)?;
    let mut count = nargs;
    if let Some(names) = &names {
        if !entry.runtime().is_kind(names, Kind::Tuple) {
            return Err(entry.type_error("the names of keyword arguments must be a tuple"));
        }
        count = count.saturating_add(entry.leave(|vm| vm.length(names))?);
    }
    entry.expect_memory(count.saturating_mul(size_of::<Pin<'_, R::Object>>()))?;
    for i in 0..count {
        // SAFETY: the caller vouches for the length of the array.
        pins.push(entry.get(unsafe { *args.add(i) })?);
    }
    Ok(names)
}

/// Borrows of what is pinned, as a runtime takes them.
#[inline(always)]
fn borrow<'a, R: Runtime>(pins: &'a Pins<R>, objects: &mut SmallVec<[&'a R::Object; INLINE]>) {
    for pin in pins {
        objects.push(&**pin);
    }
}

pub(crate) unsafe fn ctx_Call<R: Runtime>(
    entry: Entry<R>,
    callable: HPy,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
) -> Fallible<HPy, R> {
    let callable = entry.get(callable)?;
    let mut pins = Pins::<R>::new();
    // SAFETY: the extension gives the array.
    let names = unsafe { arguments(entry, args, nargs, kwnames, &mut pins) }?;
    let mut objects = SmallVec::new();
    borrow::<R>(&pins, &mut objects);
    let result = entry.leave(|vm| vm.call(&callable, &objects, names.as_deref()))?;
    entry.open(result)
}

pub(crate) unsafe fn ctx_CallMethod<R: Runtime>(
    entry: Entry<R>,
    name: HPy,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
) -> Fallible<HPy, R> {
    let name = entry.get(name)?;
    if nargs == 0 {
        return Err(entry.type_error("HPy_CallMethod needs the object as its first argument"));
    }
    let mut pins = Pins::<R>::new();
    // SAFETY: the extension gives the array.
    let names = unsafe { arguments(entry, args, nargs, kwnames, &mut pins) }?;
    let mut objects = SmallVec::new();
    borrow::<R>(&pins, &mut objects);
    let result = entry.leave(|vm| vm.call_method(&name, &objects, names.as_deref()))?;
    entry.open(result)
}

pub(crate) unsafe fn ctx_CallTupleDict<R: Runtime>(
    entry: Entry<R>,
    callable: HPy,
    args: HPy,
    kw: HPy,
) -> Fallible<HPy, R> {
    let callable = entry.get(callable)?;
    let (args, kwargs) = (entry.get_optional(args)?, entry.get_optional(kw)?);
    let vm = entry.runtime();
    if args
        .as_ref()
        .is_some_and(|args| !vm.is_kind(args, Kind::Tuple))
    {
        let message = "HPy_CallTupleDict requires args to be a tuple or null handle";
        return Err(entry.type_error(message));
    }
    if kwargs
        .as_ref()
        .is_some_and(|kwargs| !vm.is_kind(kwargs, Kind::Dict))
    {
        let message = "HPy_CallTupleDict requires kw to be a dict or null handle";
        return Err(entry.type_error(message));
    }
    let result =
        entry.leave(|vm| vm.call_tuple_dict(&callable, args.as_deref(), kwargs.as_deref()))?;
    entry.open(result)
}
