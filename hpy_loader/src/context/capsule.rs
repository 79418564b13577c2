//! Capsules.

use super::prelude::*;
use crate::capsule::Capsule;
use std::cell::Cell;

fn value_error<R: Runtime>(call: ContextCall<R>, message: &str) -> R::Object {
    call.error(call.constants().h_ValueError, message)
}

/// A destructor that the extension gives, or none.
fn check_destructor<R: Runtime>(
    call: ContextCall<R>,
    destructor: Option<&HPyCapsule_Destructor>,
) -> VmResult<Option<HPyFunc_Capsule_Destructor>, R> {
    let Some(destructor) = destructor else {
        return Ok(None);
    };
    match destructor.r#impl {
        Some(function) if !destructor.cpy_trampoline.is_null() => Ok(Some(function)),
        _ => Err(value_error(call, "Invalid HPyCapsule destructor")),
    }
}

/// Whether the capsule has this name.
fn has_name(capsule: &Capsule, name: &CStrArg) -> bool {
    let own = capsule.name.get();
    // SAFETY: the extension has given the capsule a C string, or null.
    let own = unsafe { CStrArg::receive(own) };
    own.get() == name.get()
}

fn with_capsule<R: Runtime, T>(
    call: ContextCall<R>,
    h: HPy,
    function: &str,
    operation: impl FnOnce(&Capsule) -> VmResult<T, R>,
) -> VmResult<T, R> {
    let object = call.get(h)?;
    match call.runtime().capsule(&object) {
        Some(capsule) => operation(capsule),
        None => Err(value_error(
            call,
            &format!("{function} called with invalid PyCapsule object"),
        )),
    }
}

context_functions! {
    fn ctx_Capsule_New(
        call,
        pointer: *mut c_void,
        utf8_name: CStrArg,
        destructor: DefinitionArg<HPyCapsule_Destructor>,
    ) -> HPy {
        let destructor = check_destructor(call, destructor.get())?;
        if pointer.is_null() {
            return Err(value_error(call, "PyCapsule_New called with null pointer"));
        }
        let capsule = Capsule {
            pointer: Cell::new(pointer),
            name: Cell::new(utf8_name.as_ptr()),
            context: Cell::new(std::ptr::null_mut()),
            destructor: Cell::new(destructor),
        };
        call.open(call.runtime().new_capsule(capsule)?)
    }

    fn ctx_Capsule_Get(call, capsule: HPy, key: _HPyCapsule_key, utf8_name: CStrArg) -> *mut c_void {
        match key {
            _HPyCapsule_key::HPyCapsule_key_Pointer => {
                with_capsule(call, capsule, "PyCapsule_GetPointer", |capsule| {
                    match has_name(capsule, &utf8_name) {
                        true => Ok(capsule.pointer.get()),
                        false => {
                            let message = "PyCapsule_GetPointer called with incorrect name";
                            Err(value_error(call, message))
                        }
                    }
                })
            }
            _HPyCapsule_key::HPyCapsule_key_Name => {
                let get = |capsule: &Capsule| Ok(capsule.name.get().cast_mut().cast());
                with_capsule(call, capsule, "PyCapsule_GetName", get)
            }
            _HPyCapsule_key::HPyCapsule_key_Context => {
                let get = |capsule: &Capsule| Ok(capsule.context.get());
                with_capsule(call, capsule, "PyCapsule_GetContext", get)
            }
            _HPyCapsule_key::HPyCapsule_key_Destructor => {
                let message = "Invalid operation: get HPyCapsule_key_Destructor";
                Err(value_error(call, message))
            }
            _ => Err(call.system_error(&format!("HPyCapsule_Get: unknown key {}", key.0))),
        }
    }

    fn ctx_Capsule_IsValid(call, capsule: HPy, utf8_name: CStrArg) -> c_int {
        let Some(object) = call.get_optional(capsule)? else {
            return Ok(0);
        };
        let valid = call.runtime().capsule(&object).is_some_and(|capsule| {
            !capsule.pointer.get().is_null() && has_name(capsule, &utf8_name)
        });
        Ok(c_int::from(valid))
    }

    fn ctx_Capsule_Set(call, capsule: HPy, key: _HPyCapsule_key, value: *mut c_void) -> c_int {
        match key {
            _HPyCapsule_key::HPyCapsule_key_Pointer => {
                if value.is_null() {
                    let message = "PyCapsule_SetPointer called with null pointer";
                    return Err(value_error(call, message));
                }
                with_capsule(call, capsule, "PyCapsule_SetPointer", |capsule| {
                    capsule.pointer.set(value);
                    Ok(0)
                })
            }
            _HPyCapsule_key::HPyCapsule_key_Name => {
                with_capsule(call, capsule, "PyCapsule_SetName", |capsule| {
                    capsule.name.set(value.cast_const().cast());
                    Ok(0)
                })
            }
            _HPyCapsule_key::HPyCapsule_key_Context => {
                with_capsule(call, capsule, "PyCapsule_SetContext", |capsule| {
                    capsule.context.set(value);
                    Ok(0)
                })
            }
            _HPyCapsule_key::HPyCapsule_key_Destructor => {
                // SAFETY: the extension gives a destructor, or null, under this key.
                let destructor = unsafe { DefinitionArg::receive(value.cast()) };
                let destructor = check_destructor(call, destructor.get())?;
                with_capsule(call, capsule, "PyCapsule_SetDestructor", |capsule| {
                    capsule.destructor.set(destructor);
                    Ok(0)
                })
            }
            _ => Err(call.system_error(&format!("HPyCapsule_Set: unknown key {}", key.0))),
        }
    }
}
