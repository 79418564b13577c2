//! Objects as code for CPython's own API sees them.

use super::Roots;
use crate::abi::cpy_PyObject;
use crate::library::CApi;
use std::ptr::NonNull;

/// `PyObject *`, for hybrid modules: extensions that are part HPy, and part CPython's own API.
///
/// C counts references in the object itself, without a call, and may look at its class. So
/// a VM whose objects look different gives C something that stands for an object: memory that begins
/// with [`cpy_PyObject`], stays where it is as long as C has references to it, and whose count
/// only C and these methods change. All of them run with the lock held (see [`crate::lock`]).
///
/// A VM can leave all of it out: an empty `impl` is complete, and hybrid modules are
/// refused.
pub trait PyObjects: Roots {
    /// What hybrid modules find here. Whoever imports a file passes it to
    /// [`Library::open_for`](crate::Library::open_for), and then tells the loader of the module
    /// if it is [hybrid](crate::Library::is_hybrid).
    const C_API: CApi = CApi::NONE;

    /// A new reference for C. `None` if there is no memory, or no such thing.
    fn as_py_object(&self, object: &Self::Object) -> Option<NonNull<cpy_PyObject>> {
        let _ = object;
        None
    }

    /// A root of the object that C refers to. `None` if the object is gone: C has kept the
    /// pointer without a reference.
    ///
    /// # Safety
    ///
    /// The pointer came from [`as_py_object`](Self::as_py_object), and C has had a reference
    /// ever since; or it is the struct of an instance of a legacy type.
    unsafe fn object_behind(&self, pointer: NonNull<cpy_PyObject>) -> Option<Self::Object> {
        let _ = pointer;
        None
    }

    /// Gives up a reference of C. The root, if it was the last one: it may be the last to the
    /// object, and is to be dropped where Python code may run.
    ///
    /// # Safety
    ///
    /// C has a reference, and gives it away.
    unsafe fn release_py_object(&self, pointer: NonNull<cpy_PyObject>) -> Option<Self::Object> {
        let _ = pointer;
        None
    }
}
