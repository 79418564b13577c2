//! References to objects: as what they are or have to be, lent, new.

use crate::host::Root;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{AsObject, Context, Py, PyObject, PyPayload, PyRef, PyResult, VirtualMachine};
use std::fmt::Debug;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// The object, if it is an instance of just the builtin class `class`, whose payload
/// is `T`. As RustPython's `downcast_ref_if_exact`, which asks a virtual machine for
/// the class.
#[inline(always)]
pub fn exactly<'a, T: PyPayload>(object: &'a PyObject, class: &Py<PyType>) -> Option<&'a Py<T>> {
    debug_assert!(class.is(T::class(Context::genesis())));
    let is_exact_instance = object.class().is(class);
    // SAFETY: instances of exactly a builtin class have its payload.
    is_exact_instance.then(|| unsafe { object.downcast_unchecked_ref() })
}

/// The object as what it has to be; `complaint` gives the text of the `TypeError` from
/// the name of the class that it has.
pub fn expect<'a, T: PyPayload>(
    object: &'a PyObject,
    complaint: impl FnOnce(&str) -> String,
    vm: &VirtualMachine,
) -> PyResult<&'a Py<T>> {
    object.downcast_ref().ok_or_else(|| {
        // The class is not to be locked any more when the exception is made.
        let text = complaint(&object.class().name());
        vm.new_type_error(text)
    })
}

/// The same with the text that most have; `what` is what the object has to be.
pub fn expect_a<'a, T: PyPayload>(
    object: &'a PyObject,
    what: &str,
    vm: &VirtualMachine,
) -> PyResult<&'a Py<T>> {
    expect(
        object,
        |class| format!("expected {what}, {class} found"),
        vm,
    )
}

/// Lends a reference of an object that something else keeps alive meanwhile.
#[inline]
pub fn lend<T>(object: &PyObject, look: impl FnOnce(&Root) -> T) -> T {
    // SAFETY: `from_raw` takes over a reference, which is never given up here; the
    // object has another owner as long as the borrow lasts.
    let object = ManuallyDrop::new(unsafe { Root::from_raw(NonNull::from(object)) });
    look(&object)
}

/// A new instance of the payload's own class, which has no `__dict__`. As `into_ref`
/// makes it, which asks for the `__dict__`, and hands the payload on by memory.
#[inline(always)]
pub fn new_plain<T: PyPayload + Debug>(payload: T, ctx: &Context) -> Root {
    PyRef::new_ref(payload, T::class(ctx).to_owned(), None).into()
}
