//! The tuples of keywords' names that a function is called with.

use rustpython_vm::builtins::{PyTuple, PyTupleRef};
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};
use std::sync::OnceLock;

/// How many tuples a function keeps.
const KEPT: usize = 4;

/// The tuples of names that a function was called with first.
///
/// A call comes from few places in a program, and each always gives the same
/// names: the very strings of its code object. Tuples of them are made once and
/// never dropped, so that finding one again takes no lock and nothing but a
/// reference. Whoever gives yet other names gets a new tuple each time.
#[derive(Default)]
pub struct NameTuples {
    kept: [OnceLock<PyTupleRef>; KEPT],
}

impl NameTuples {
    /// A tuple of the names.
    #[inline]
    pub fn tuple(&self, names: &[PyObjectRef], vm: &VirtualMachine) -> PyTupleRef {
        let same = |(a, b): (&PyObjectRef, &PyObjectRef)| a.is(b);
        for place in &self.kept {
            let Some(kept) = place.get() else {
                return self.add(names, vm);
            };
            let known: &[PyObjectRef] = kept.as_slice();
            if known.len() == names.len() && known.iter().zip(names).all(same) {
                return kept.clone();
            }
        }
        PyTuple::new_ref(names.to_vec(), &vm.ctx)
    }

    /// Makes a tuple and keeps it, if there is room.
    #[cold]
    fn add(&self, names: &[PyObjectRef], vm: &VirtualMachine) -> PyTupleRef {
        // Not inside of `get_or_init`: making an object may start the collector,
        // and with it finalizers that call this function.
        let tuple = PyTuple::new_ref(names.to_vec(), &vm.ctx);
        for place in &self.kept {
            if place.set(tuple.clone()).is_ok() {
                break;
            }
        }
        tuple
    }
}
