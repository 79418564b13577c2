//! Handles themselves: duplicating, closing, identity.

use super::prelude::*;
use crate::runtime::Integer;

/// Another handle of the same object, for the extension.
pub(super) fn duplicate<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<HPy, R> {
    match call.core().handles().dup(RawHandle::from(h)) {
        Ok(word) => Ok(HPy::from(word)),
        Err(_) => Err(call.stale()),
    }
}

/// Closes a handle of the extension's.
pub(super) fn close<R: Runtime>(call: ContextCall<R>, h: HPy) {
    let (vm, handles) = (call.runtime(), call.core().handles());
    handles.close_deferred(
        RawHandle::from(h),
        |object| vm.is_shared(object),
        // No other thread has to wait for the finalizer of the object.
        |object| call.leave(|_| drop(object)),
    );
}

/// Identity. Immediates are the same if their values are, as numbers are in a VM that
/// does not box them: an immediate never was an object, so C cannot know whether the
/// object that it became somewhere else is "the same".
pub(crate) fn is_same<R: Runtime>(call: ContextCall<R>, obj: HPy, other: HPy) -> VmResult<bool, R> {
    let (a, b) = (RawHandle::from(obj), RawHandle::from(other));
    if a == b || a.is_null() || b.is_null() {
        return Ok(a == b);
    }
    match (a.is_immediate(), b.is_immediate()) {
        (false, false) => Ok(call.runtime().is_same(&*call.get(obj)?, &*call.get(other)?)),
        (true, true) => Ok(false),
        (true, false) => is_number(call, a, other),
        (false, true) => is_number(call, b, obj),
    }
}

/// Whether the object behind `handle` is a plain number with the value of the
/// immediate.
fn is_number<R: Runtime>(
    call: ContextCall<R>,
    immediate: RawHandle,
    handle: HPy,
) -> VmResult<bool, R> {
    let runtime = call.runtime();
    let object = call.get(handle)?;
    if let Some(value) = immediate.as_f64() {
        let same = |other: f64| value.to_bits() == other.to_bits();
        return Ok(runtime.exact_float(&object).is_some_and(same));
    }
    let int = call.get(call.constants().h_LongType)?;
    let exact = runtime.is_same(&runtime.type_of(&object), &int);
    let value = immediate.as_i64().map(Integer::Signed);
    Ok(exact && runtime.integer(&object) == value)
}

context_functions! {
    fn ctx_Dup(call, h: HPy) -> HPy {
        fast { call.slots().try_dup(RawHandle::from(h)).map(HPy::from) }
        general { duplicate(call, h) }
    }

    fn ctx_Close(call, h: HPy) {
        fast {
            match call.slots().try_close(RawHandle::from(h)) {
                Ok(()) => {}
                Err(last) => {
                    let (last, vm) = (last?, call.runtime());
                    if !call.handles().defer_again(&last, |object| vm.is_shared(object)) {
                        close_last(call, last);
                    }
                }
            }
            Some(())
        }
        general {
            close(call, h);
            Ok(())
        }
    }

    fn ctx_Is(call, obj: HPy, other: HPy) -> c_int {
        fast {
            if obj.0 == other.0 {
                return Some(1);
            }
            let (a, b) = (call.peek(obj)?, call.peek(other)?);
            Some(c_int::from(call.runtime().is_same(a, b)))
        }
        general { is_same(call, obj, other).map(c_int::from) }
    }
}
