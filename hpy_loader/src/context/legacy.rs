//! Exchanging `PyObject *` with code for CPython's own API. A universal binary never calls
//! these, whose headers make that a compile error; a hybrid one does.

use super::prelude::*;
use std::ptr::NonNull;

/// Makes sure that there are such objects.
fn expect_c_api<R: Runtime>(call: ContextCall<R>, function: &str) -> VmResult<(), R> {
    match call.core().no_c_api() {
        None => Ok(()),
        Some(reason) => Err(call.system_error(&format!(
            "{function} needs CPython's own API, which is not to be had, since {reason}"
        ))),
    }
}

context_functions! {
    fn ctx_FromPyObject(call, obj: *mut cpy_PyObject) -> HPy {
        expect_c_api(call, "HPy_FromPyObject")?;
        let Some(pointer) = NonNull::new(obj) else {
            return Ok(HPy::NULL);
        };
        // SAFETY: C has a reference, or an instance of a legacy type.
        match unsafe { call.runtime().object_behind(pointer) } {
            Some(object) => call.open(object),
            None => Err(call.core().dead_py_object("HPy_FromPyObject was given")),
        }
    }

    fn ctx_AsPyObject(call, h: HPy) -> *mut cpy_PyObject {
        expect_c_api(call, "HPy_AsPyObject")?;
        if h.is_null() {
            return Ok(std::ptr::null_mut());
        }
        let object = call.get(h)?;
        match call.runtime().as_py_object(&object) {
            Some(pointer) => Ok(pointer.as_ptr()),
            None => Err(call.no_memory()),
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
