//! Exchanging `PyObject *` with code for CPython's own API. A universal binary never calls
//! these, whose headers make that a compile error; a hybrid one does.

use super::prelude::*;
use crate::library::CApi;
use std::ptr::NonNull;

/// The error of a VM that has no such objects.
#[cold]
fn refuse<R: Runtime>(call: ContextCall<R>, function: &str) -> R::Object {
    match R::C_API {
        CApi::Absent(reason) => call.system_error(&format!(
            "{function} needs CPython's own API, which this VM does not have, since {reason}"
        )),
        CApi::Present(_) => call.no_memory(),
    }
}

context_functions! {
    fn ctx_FromPyObject(call, obj: *mut cpy_PyObject) -> HPy {
        let Some(pointer) = NonNull::new(obj) else {
            return Ok(HPy::NULL);
        };
        if let CApi::Absent(_) = R::C_API {
            return Err(refuse(call, "HPy_FromPyObject"));
        }
        // SAFETY: C has a reference, or an instance of a legacy type.
        match unsafe { call.runtime().from_py_object(pointer) } {
            Some(object) => call.open(object),
            None => Err(call.core().dead_py_object("HPy_FromPyObject was given")),
        }
    }

    fn ctx_AsPyObject(call, h: HPy) -> *mut cpy_PyObject {
        if h.is_null() {
            return Ok(std::ptr::null_mut());
        }
        let object = call.get(h)?;
        match call.runtime().as_py_object(&object) {
            Some(pointer) => Ok(pointer.as_ptr()),
            None => Err(refuse(call, "HPy_AsPyObject")),
        }
    }

    fn ctx_CallRealFunctionFromTrampoline(
        call,
        _sig: HPyFunc_Signature,
        _func: HPyCFunction,
        _args: *mut c_void,
    ) {
        Err(call.system_error(
            "a CPython trampoline needs CPython's own API, which this VM does not have"
        ))
    }
}
