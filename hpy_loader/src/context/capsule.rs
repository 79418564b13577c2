//! Capsules.

use super::prelude::*;
use crate::capsule::Capsule;
use std::cell::Cell;
use std::ffi::CStr;

fn value_error<R: Runtime>(entry: Entry<R>, message: &str) -> R::Object {
    entry.error(entry.core().constants().h_ValueError, message)
}

/// A destructor that the extension gives, or none.
///
/// # Safety
///
/// `destructor` is null or points to a destructor.
unsafe fn read_destructor<R: Runtime>(
    entry: Entry<R>,
    destructor: *const HPyCapsule_Destructor,
) -> VmResult<Option<HPyFunc_Capsule_Destructor>, R> {
    // SAFETY: the caller vouches for it.
    let Some(destructor) = (unsafe { destructor.as_ref() }) else {
        return Ok(None);
    };
    match destructor.r#impl {
        Some(function) if !destructor.cpy_trampoline.is_null() => Ok(Some(function)),
        _ => Err(value_error(entry, "Invalid HPyCapsule destructor")),
    }
}

pub(crate) unsafe fn ctx_Capsule_New<R: Runtime>(
    entry: Entry<R>,
    pointer: *mut c_void,
    utf8_name: *const c_char,
    destructor: *mut HPyCapsule_Destructor,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a destructor, or null.
    let destructor = unsafe { read_destructor(entry, destructor) }?;
    if pointer.is_null() {
        return Err(value_error(entry, "PyCapsule_New called with null pointer"));
    }
    let capsule = Capsule {
        pointer: Cell::new(pointer),
        name: Cell::new(utf8_name),
        context: Cell::new(std::ptr::null_mut()),
        destructor: Cell::new(destructor),
    };
    entry.open(entry.runtime().new_capsule(capsule)?)
}

/// # Safety
///
/// Both are null or C strings.
unsafe fn same_name(a: *const c_char, b: *const c_char) -> bool {
    if a.is_null() || b.is_null() {
        return a == b;
    }
    // SAFETY: neither is null, so both are C strings.
    unsafe { CStr::from_ptr(a) == CStr::from_ptr(b) }
}

fn with_capsule<R: Runtime, T>(
    entry: Entry<R>,
    h: HPy,
    function: &str,
    operation: impl FnOnce(&Capsule) -> VmResult<T, R>,
) -> VmResult<T, R> {
    let object = entry.get(h)?;
    match entry.runtime().capsule(&object) {
        Some(capsule) => operation(capsule),
        None => Err(value_error(
            entry,
            &format!("{function} called with invalid PyCapsule object"),
        )),
    }
}

pub(crate) unsafe fn ctx_Capsule_Get<R: Runtime>(
    entry: Entry<R>,
    capsule: HPy,
    key: _HPyCapsule_key,
    utf8_name: *const c_char,
) -> VmResult<*mut c_void, R> {
    match key {
        _HPyCapsule_key::HPyCapsule_key_Pointer => {
            with_capsule(entry, capsule, "PyCapsule_GetPointer", |capsule| {
                // SAFETY: names are C strings, or null.
                match unsafe { same_name(capsule.name.get(), utf8_name) } {
                    true => Ok(capsule.pointer.get()),
                    false => {
                        let message = "PyCapsule_GetPointer called with incorrect name";
                        Err(value_error(entry, message))
                    }
                }
            })
        }
        _HPyCapsule_key::HPyCapsule_key_Name => {
            let get = |capsule: &Capsule| Ok(capsule.name.get().cast_mut().cast());
            with_capsule(entry, capsule, "PyCapsule_GetName", get)
        }
        _HPyCapsule_key::HPyCapsule_key_Context => {
            let get = |capsule: &Capsule| Ok(capsule.context.get());
            with_capsule(entry, capsule, "PyCapsule_GetContext", get)
        }
        _HPyCapsule_key::HPyCapsule_key_Destructor => {
            let message = "Invalid operation: get HPyCapsule_key_Destructor";
            Err(value_error(entry, message))
        }
        _ => Err(entry.system_error(&format!("HPyCapsule_Get: unknown key {}", key.0))),
    }
}

pub(crate) unsafe fn ctx_Capsule_IsValid<R: Runtime>(
    entry: Entry<R>,
    capsule: HPy,
    utf8_name: *const c_char,
) -> VmResult<c_int, R> {
    let Some(object) = entry.get_optional(capsule)? else {
        return Ok(0);
    };
    let valid = entry.runtime().capsule(&object).is_some_and(|capsule| {
        // SAFETY: names are C strings, or null.
        !capsule.pointer.get().is_null() && unsafe { same_name(capsule.name.get(), utf8_name) }
    });
    Ok(c_int::from(valid))
}

pub(crate) unsafe fn ctx_Capsule_Set<R: Runtime>(
    entry: Entry<R>,
    capsule: HPy,
    key: _HPyCapsule_key,
    value: *mut c_void,
) -> VmResult<c_int, R> {
    match key {
        _HPyCapsule_key::HPyCapsule_key_Pointer => {
            if value.is_null() {
                let message = "PyCapsule_SetPointer called with null pointer";
                return Err(value_error(entry, message));
            }
            with_capsule(entry, capsule, "PyCapsule_SetPointer", |capsule| {
                capsule.pointer.set(value);
                Ok(0)
            })
        }
        _HPyCapsule_key::HPyCapsule_key_Name => {
            with_capsule(entry, capsule, "PyCapsule_SetName", |capsule| {
                capsule.name.set(value.cast_const().cast());
                Ok(0)
            })
        }
        _HPyCapsule_key::HPyCapsule_key_Context => {
            with_capsule(entry, capsule, "PyCapsule_SetContext", |capsule| {
                capsule.context.set(value);
                Ok(0)
            })
        }
        _HPyCapsule_key::HPyCapsule_key_Destructor => {
            // SAFETY: the extension gives a destructor, or null.
            let destructor = unsafe { read_destructor(entry, value.cast()) }?;
            with_capsule(entry, capsule, "PyCapsule_SetDestructor", |capsule| {
                capsule.destructor.set(destructor);
                Ok(0)
            })
        }
        _ => Err(entry.system_error(&format!("HPyCapsule_Set: unknown key {}", key.0))),
    }
}
