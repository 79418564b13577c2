//! RustPython's method definitions, made at run time.
//!
//! RustPython builds its own at compile time, from functions without a state; the field for
//! the function takes any reference that lives as long.

use rustpython_vm::VirtualMachine;
use rustpython_vm::function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags, PyNativeFn};
use rustpython_vm::types::SLOT_DEFS;
use std::ptr::NonNull;

/// A definition that somebody owns. What is built of it says how it is bound: the
/// function gets what it is bound to as its first argument.
pub struct Definition {
    definition: NonNull<PyMethodDef>,
    function: NonNull<dyn PyNativeFn>,
}

// SAFETY: it owns a definition and a function that both are for any thread.
unsafe impl Send for Definition {}
// SAFETY: as above.
unsafe impl Sync for Definition {}

impl Definition {
    pub fn new(
        name: &'static str,
        doc: Option<&'static str>,
        flags: PyMethodFlags,
        function: impl PyNativeFn,
    ) -> Self {
        let function: &'static mut dyn PyNativeFn = Box::leak(Box::new(function));
        let function = NonNull::from(function);
        // SAFETY: nobody changes or frees it before this is dropped, and the definition goes
        // with it.
        let definition = definition(name, doc, flags, unsafe { function.as_ref() });
        Self {
            definition: NonNull::from(Box::leak(Box::new(definition))),
            function,
        }
    }

    /// The definition, for what is built of it.
    ///
    /// # Safety
    ///
    /// Whatever gets it keeps this.
    pub unsafe fn get(&self) -> &'static PyMethodDef {
        // SAFETY: it is there as long as this is, as the caller says.
        unsafe { self.definition.as_ref() }
    }

    /// To tell definitions apart by.
    pub fn address(&self) -> *const PyMethodDef {
        self.definition.as_ptr()
    }
}

impl Drop for Definition {
    fn drop(&mut self) {
        // SAFETY: both were leaked from boxes, and nobody has them any more, by the promise
        // that `get` was given.
        unsafe {
            drop(Box::from_raw(self.definition.as_ptr()));
            drop(Box::from_raw(self.function.as_ptr()));
        }
    }
}

fn definition(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: &'static dyn PyNativeFn,
) -> PyMethodDef {
    let doc = doc.map_or(ItemDoc::NONE, ItemDoc::static_text);
    let placeholder = |vm: &VirtualMachine, _: FuncArgs, _| Ok(vm.ctx.none());
    let mut definition = PyMethodDef::new_raw_const(name, placeholder, flags, doc);
    definition.func = function;
    definition
}

/// A definition that is never freed.
pub fn define(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: impl PyNativeFn,
) -> &'static PyMethodDef {
    let function = Box::leak(Box::new(function));
    Box::leak(Box::new(definition(name, doc, flags, function)))
}

/// A definition of a function that somebody else owns.
pub(super) fn define_function(
    name: &'static str,
    doc: Option<&'static str>,
    flags: PyMethodFlags,
    function: &'static dyn PyNativeFn,
) -> Box<PyMethodDef> {
    Box::new(definition(name, doc, flags, function))
}

/// Takes a reference for longer than the compiler sees that it is good.
///
/// # Safety
///
/// Whatever gets it keeps what it refers to.
pub unsafe fn outlive<T: ?Sized>(value: &T) -> &'static T {
    // SAFETY: the caller says so.
    unsafe { &*std::ptr::from_ref(value) }
}

/// What Python says of a slot that goes by this name.
pub fn slot_doc(name: &str) -> Option<&'static str> {
    let mut slots = SLOT_DEFS.iter();
    slots.find(|slot| slot.name == name).map(|slot| slot.doc)
}
