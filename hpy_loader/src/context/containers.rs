//! `list`, `tuple`, `dict`, `slice`.

use super::prelude::*;
use smallvec::SmallVec;

fn check<R: Runtime>(entry: Entry<R>, h: HPy, kind: BuiltinKind) -> VmResult<c_int, R> {
    Ok(c_int::from(
        entry.runtime().is_builtin_instance(&*entry.get(h)?, kind),
    ))
}

/// What CPython raises when a C function gets an object of a type that it does
/// not work on.
pub(super) fn bad_argument<R: Runtime>(entry: Entry<R>) -> R::Object {
    entry.system_error("bad argument to internal function")
}

pub(crate) unsafe fn ctx_List_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    check(entry, h, BuiltinKind::List)
}

/// The items are `None` until they are set; CPython leaves them NULL.
pub(crate) unsafe fn ctx_List_New<R: Runtime>(
    entry: Entry<R>,
    len: HPy_ssize_t,
) -> VmResult<HPy, R> {
    let Ok(len) = usize::try_from(len) else {
        return Err(bad_argument(entry));
    };
    if len > super::builder::MAX_ITEMS {
        let memory_error = entry.get(entry.core().constants().h_MemoryError)?;
        return Err(entry.leave(|vm| vm.error_from_value(&memory_error, None)));
    }
    let none = entry.get(entry.core().constants().h_None)?;
    let vm = entry.runtime();
    let items = (0..len).map(|_| vm.duplicate(&none));
    entry.open(vm.new_list(items)?)
}

pub(crate) unsafe fn ctx_List_Append<R: Runtime>(
    entry: Entry<R>,
    h_list: HPy,
    h_item: HPy,
) -> VmResult<c_int, R> {
    let (list, item) = (entry.get(h_list)?, entry.get(h_item)?);
    if !entry
        .runtime()
        .is_builtin_instance(&list, BuiltinKind::List)
    {
        return Err(bad_argument(entry));
    }
    entry.runtime().list_append(&list, &item).map(|()| 0)
}

pub(crate) unsafe fn ctx_Dict_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    check(entry, h, BuiltinKind::Dict)
}

pub(crate) unsafe fn ctx_Dict_New<R: Runtime>(entry: Entry<R>) -> VmResult<HPy, R> {
    entry.open(entry.runtime().new_dict()?)
}

pub(crate) unsafe fn ctx_Dict_Keys<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<HPy, R> {
    let dict = entry.get(h)?;
    if !entry
        .runtime()
        .is_builtin_instance(&dict, BuiltinKind::Dict)
    {
        return Err(bad_argument(entry));
    }
    entry.open(entry.runtime().dict_keys(&dict)?)
}

pub(crate) unsafe fn ctx_Dict_Copy<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<HPy, R> {
    let dict = entry.get(h)?;
    if !entry
        .runtime()
        .is_builtin_instance(&dict, BuiltinKind::Dict)
    {
        return Err(bad_argument(entry));
    }
    entry.open(entry.runtime().dict_copy(&dict)?)
}

pub(crate) unsafe fn ctx_Tuple_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    check(entry, h, BuiltinKind::Tuple)
}

pub(crate) unsafe fn ctx_Tuple_FromArray<R: Runtime>(
    entry: Entry<R>,
    items: *mut HPy,
    n: HPy_ssize_t,
) -> VmResult<HPy, R> {
    let Ok(count) = usize::try_from(n) else {
        return Err(bad_argument(entry));
    };
    let mut pins = SmallVec::<[_; 8]>::new();
    // SAFETY: the extension gives the array.
    unsafe { entry.get_array(items, count, &mut pins) }?;
    let vm = entry.runtime();
    let tuple = vm.new_tuple(pins.iter().map(|item| vm.duplicate(item)))?;
    entry.open(tuple)
}

pub(crate) unsafe fn ctx_Slice_Unpack<R: Runtime>(
    entry: Entry<R>,
    slice: HPy,
    start: *mut HPy_ssize_t,
    stop: *mut HPy_ssize_t,
    step: *mut HPy_ssize_t,
) -> VmResult<c_int, R> {
    let slice = entry.get(slice)?;
    if !entry
        .runtime()
        .is_builtin_instance(&slice, BuiltinKind::Slice)
    {
        return Err(entry.type_error("HPySlice_Unpack arg 1 must be a slice"));
    }
    let unpacked = entry.leave(|vm| vm.unpack_slice(&slice))?;
    // SAFETY: the extension gives room for the three.
    unsafe { (*start, *stop, *step) = unpacked };
    Ok(0)
}
