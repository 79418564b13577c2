//! What upstream's development head has appended after 0.9.0, so that a binary
//! built from it loads and runs.

use super::prelude::*;
use crate::handles::Pin;

/// No type has the shape of a dict yet, in no release.
pub(crate) unsafe fn ctx_AsStruct_Dict<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<*mut c_void, R> {
    entry.get(h)?;
    Err(entry.type_error("AsStruct: the object has no native struct of the shape of a dict"))
}

pub(crate) unsafe fn ctx_List_Insert<R: Runtime>(
    entry: Entry<R>,
    h_list: HPy,
    index: HPy_ssize_t,
    h_item: HPy,
) -> VmResult<c_int, R> {
    let (list, item) = (entry.get(h_list)?, entry.get(h_item)?);
    if !entry
        .runtime()
        .is_builtin_instance(&list, BuiltinKind::List)
    {
        return Err(super::containers::bad_argument(entry));
    }
    entry.runtime().list_insert(&list, index, &item).map(|()| 0)
}

/// `slice(start, end)`, which lives across a call of the runtime.
fn slice<R: Runtime>(
    entry: Entry<R>,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
) -> VmResult<Pin<'static, R::Object>, R> {
    let bound = |value: HPy_ssize_t| {
        // SAFETY: any number will do.
        let handle = unsafe { super::ctx_Long_FromSsize_t(entry, value) }?;
        own(entry, handle)
    };
    let (start, end) = (bound(start)?, bound(end)?);
    let none = entry.get(entry.core().constants().h_None)?;
    let handle = entry.open(entry.runtime().new_slice(&start, &end, &none)?)?;
    own(entry, handle)
}

/// Pins the object behind a handle of ours, which is closed.
fn own<R: Runtime>(entry: Entry<R>, handle: HPy) -> VmResult<Pin<'static, R::Object>, R> {
    let pin = entry.get(handle);
    entry.core().handles().close(RawHandle::from_bits(handle.0));
    pin
}

pub(crate) unsafe fn ctx_GetSlice<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
) -> VmResult<HPy, R> {
    let (object, slice) = (entry.get(obj)?, slice(entry, start, end)?);
    entry.open(entry.leave(|vm| vm.get_item(&object, &slice))?)
}

pub(crate) unsafe fn ctx_SetSlice<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
    value: HPy,
) -> VmResult<c_int, R> {
    let (object, slice) = (entry.get(obj)?, slice(entry, start, end)?);
    let value = entry.get(value)?;
    entry
        .leave(|vm| vm.set_item(&object, &slice, Some(&value)))
        .map(|()| 0)
}

pub(crate) unsafe fn ctx_DelSlice<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
) -> VmResult<c_int, R> {
    let (object, slice) = (entry.get(obj)?, slice(entry, start, end)?);
    entry
        .leave(|vm| vm.set_item(&object, &slice, None))
        .map(|()| 0)
}

pub(crate) unsafe fn ctx_GetIter<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open(entry.leave(|vm| vm.get_iter(&object))?)
}

/// The end of the iteration is `HPy_NULL` without an error.
pub(crate) unsafe fn ctx_Iter_Next<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let iterator = entry.get(obj)?;
    match entry.leave(|vm| vm.iter_next(&iterator))? {
        Some(item) => entry.open(item),
        None => Ok(HPy::NULL),
    }
}

pub(crate) unsafe fn ctx_Iter_Check<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<c_int, R> {
    Ok(c_int::from(entry.runtime().is_iterator(&*entry.get(obj)?)))
}

/// `HPy_NULL` stands for `None`.
pub(crate) unsafe fn ctx_Slice_New<R: Runtime>(
    entry: Entry<R>,
    start: HPy,
    stop: HPy,
    step: HPy,
) -> VmResult<HPy, R> {
    let none = entry.core().constants().h_None;
    let bound = |h: HPy| entry.get(if h.is_null() { none } else { h });
    let (start, stop, step) = (bound(start)?, bound(stop)?, bound(step)?);
    entry.open(entry.runtime().new_slice(&start, &stop, &step)?)
}
