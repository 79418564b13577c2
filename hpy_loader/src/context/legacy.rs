//! What only CPython can do: exchanging `PyObject *` with its own C API. A
//! universal binary never calls these; its headers make that a compile error.

use super::prelude::*;

fn refuse<R: Runtime>(call: ContextCall<R>, function: &str) -> R::Object {
    call.system_error(&format!(
        "{function} needs CPython's own API, which this VM does not have"
    ))
}

context_functions! {
    fn ctx_FromPyObject(call, _obj: *mut cpy_PyObject) -> HPy {
        Err(refuse(call, "HPy_FromPyObject"))
    }

    fn ctx_AsPyObject(call, _h: HPy) -> *mut cpy_PyObject {
        Err(refuse(call, "HPy_AsPyObject"))
    }

    fn ctx_CallRealFunctionFromTrampoline(
        call,
        _sig: HPyFunc_Signature,
        _func: HPyCFunction,
        _args: *mut c_void,
    ) {
        Err(refuse(call, "a CPython trampoline"))
    }
}
