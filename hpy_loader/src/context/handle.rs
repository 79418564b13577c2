//! Handles themselves: duplicating, closing, identity.

use super::prelude::*;

pub(crate) unsafe fn ctx_Dup<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<HPy, R> {
    match entry.core().handles().dup(RawHandle::from_bits(h.0)) {
        Ok(word) => Ok(HPy(word.bits())),
        Err(_) => Err(entry.stale()),
    }
}

pub(crate) unsafe fn ctx_Close<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<(), R> {
    let runtime = entry.runtime();
    let handles = entry.core().handles();
    let freed = handles.close_deferred(RawHandle::from_bits(h.0), |object| {
        runtime.is_shared(object)
    });
    if let Some(object) = freed {
        // The object goes when no other thread has to wait for its finalizer.
        entry.leave(|_| drop(object));
    }
    Ok(())
}

/// Identity. Immediates are the same if their values are, as numbers are in a
/// VM that does not box them: an immediate never was an object, so C cannot know
/// whether the object that it became somewhere else is "the same".
pub(crate) unsafe fn ctx_Is<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    other: HPy,
) -> VmResult<c_int, R> {
    let (a, b) = (RawHandle::from_bits(obj.0), RawHandle::from_bits(other.0));
    if a == b || a.is_null() || b.is_null() {
        return Ok(c_int::from(a == b));
    }
    let same = match (a.is_immediate(), b.is_immediate()) {
        (false, false) => entry
            .runtime()
            .is_same(&*entry.get(obj)?, &*entry.get(other)?),
        (true, true) => false,
        (true, false) => is_number(entry, a, other)?,
        (false, true) => is_number(entry, b, obj)?,
    };
    Ok(c_int::from(same))
}

/// Whether the object behind `handle` is a plain number with the value of the
/// immediate.
fn is_number<R: Runtime>(entry: Entry<R>, immediate: RawHandle, handle: HPy) -> VmResult<bool, R> {
    use crate::runtime::Integer;
    let runtime = entry.runtime();
    let object = entry.get(handle)?;
    if let Some(value) = immediate.as_f64() {
        let same = |other: f64| value.to_bits() == other.to_bits();
        return Ok(runtime.exact_float(&object).is_some_and(same));
    }
    let int = entry.get(entry.core().constants().h_LongType)?;
    let exact = runtime.is_same(&runtime.type_of(&object), &int);
    let value = immediate.as_i64().map(Integer::Signed);
    Ok(exact && runtime.integer(&object) == value)
}
