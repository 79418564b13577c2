//! What only CPython can do: exchanging `PyObject *` with its own C API. A
//! universal binary never calls these; its headers make that a compile error.

use super::prelude::*;

fn refuse<R: Runtime>(entry: Entry<R>, function: &str) -> R::Object {
    entry.system_error(&format!(
        "{function} needs CPython's own API, which this VM does not have"
    ))
}

pub(crate) unsafe fn ctx_FromPyObject<R: Runtime>(
    entry: Entry<R>,
    _: *mut cpy_PyObject,
) -> VmResult<HPy, R> {
    Err(refuse(entry, "HPy_FromPyObject"))
}

pub(crate) unsafe fn ctx_AsPyObject<R: Runtime>(
    entry: Entry<R>,
    _: HPy,
) -> VmResult<*mut cpy_PyObject, R> {
    Err(refuse(entry, "HPy_AsPyObject"))
}

pub(crate) unsafe fn ctx_CallRealFunctionFromTrampoline<R: Runtime>(
    entry: Entry<R>,
    _: HPyFunc_Signature,
    _: HPyCFunction,
    _: *mut c_void,
) -> VmResult<(), R> {
    Err(refuse(entry, "a CPython trampoline"))
}
