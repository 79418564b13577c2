//! The C function behind a slot of an object or a class.

use super::info::TypeInfo;
use super::payload::HPyObject;
use crate::host::RustPython;
use hpy_loader::Loader;
use hpy_loader::abi::Slots;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{Py, PyObject};

/// A C function and the loader that calls it, which is its type's.
pub type Operator<F> = (F, &'static Loader<RustPython>);

impl TypeInfo {
    /// The C function behind a slot of the object's class.
    ///
    /// Functions in RustPython's slots come here. They run for instances of an
    /// extension's type, and for those of Python subclasses where the slot has
    /// no name that Python could override.
    #[inline]
    pub fn function<F>(
        object: &PyObject,
        slot: impl Fn(&Slots) -> Option<F>,
    ) -> Option<Operator<F>> {
        let class = object.class();
        match object.downcast_ref::<HPyObject>() {
            Some(payload) if payload.native().info().is_class(class) => {
                let info = payload.native().info();
                slot(info.effective.get()).map(|function| (function, info.loader))
            }
            _ => Self::class_function(class, slot),
        }
    }

    /// The C function behind a slot of a class. A class made in Python has none
    /// of its own; it has found the function by the name of an attribute, so in the
    /// first class that offers one.
    pub fn class_function<F>(
        class: &Py<PyType>,
        slot: impl Fn(&Slots) -> Option<F>,
    ) -> Option<Operator<F>> {
        if let Some(info) = Self::of_class(class) {
            return slot(info.effective.get()).map(|function| (function, info.loader));
        }
        let mro = class.mro.read();
        mro.iter().find_map(|class| {
            let info = Self::of_class(class)?;
            slot(info.offered.get()).map(|function| (function, info.loader))
        })
    }
}
