//! What a copy of text knows of its object.

use rustpython_vm::builtins::PyWeak;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, VirtualMachine};

/// What keeps the object of a copy, or at least knows when it is gone.
pub enum Hold {
    Strong(PyObjectRef),
    Weak(PyRef<PyWeak>),
}

impl Hold {
    /// A hold on `object`. It may allocate, and the collector may run then, so
    /// this has to happen outside the table's lock.
    pub fn new(object: &PyObject, exact: bool, vm: &VirtualMachine) -> Self {
        if !exact && let Ok(weak) = object.downgrade(None, vm) {
            return Self::Weak(weak);
        }
        Self::Strong(object.to_owned())
    }

    /// Whether this is a hold on `object`, which is alive and lies where the
    /// object of this hold lies or lay.
    pub fn is_of(&self, object: &PyObject, waste: &mut Vec<PyObjectRef>) -> bool {
        match self {
            Self::Strong(_) => true,
            Self::Weak(weak) => {
                let upgraded = weak.upgrade();
                let same = upgraded.iter().any(|upgraded| upgraded.is(object));
                waste.extend(upgraded);
                same
            }
        }
    }

    /// Whether nobody else can reach the object any more.
    pub fn is_dead(&self, waste: &mut Vec<PyObjectRef>) -> bool {
        match self {
            Self::Strong(object) => object.strong_count() == 1,
            Self::Weak(weak) => {
                let upgraded = weak.upgrade();
                let dead = upgraded.is_none();
                waste.extend(upgraded);
                dead
            }
        }
    }

    /// Lets go of the object.
    pub fn release(self, waste: &mut Vec<PyObjectRef>) {
        waste.push(match self {
            Self::Strong(object) => object,
            Self::Weak(weak) => weak.into(),
        });
    }
}
