//! `PyObject *`: the chapter's way into [`crate::capi`].

use crate::capi::{self, shell};
use crate::host::{Root, RustPython};
use crate::types::native_struct;
use hpy_loader::abi::{HPyType_BuiltinShape, cpy_PyObject};
use hpy_loader::library::CApi;
use hpy_loader::runtime::PyObjects;
use std::ptr::NonNull;

impl PyObjects for RustPython {
    const C_API: CApi = capi::C_API;

    fn as_py_object(&self, object: &Root) -> Option<NonNull<cpy_PyObject>> {
        let legacy = HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy;
        let own = NonNull::new(native_struct::of(object, legacy));
        shell::reference(object, own.map(NonNull::cast))
    }

    unsafe fn object_behind(&self, pointer: NonNull<cpy_PyObject>) -> Option<Root> {
        // SAFETY: passed on to the caller.
        unsafe { shell::object(pointer) }
    }

    unsafe fn release_py_object(&self, pointer: NonNull<cpy_PyObject>) -> Option<Root> {
        // SAFETY: passed on to the caller.
        unsafe { shell::release(pointer) }
    }
}
