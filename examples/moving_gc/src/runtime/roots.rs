//! Roots, fields, constants.

use crate::heap::{Object, Reference};
use crate::vm::Vm;
use hpy_loader::runtime::{Roots, SingleThreaded};

impl Roots for Vm {
    type Object = Object;

    type Threads = SingleThreaded;

    fn duplicate(&self, object: &Object) -> Object {
        Object::new(object.address())
    }

    fn is_same(&self, a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    /// The field holds the address itself. The collector rewrites it.
    fn store_field(&self, object: Object) -> isize {
        object.address().cast_signed()
    }

    unsafe fn take_field(&self, word: isize) -> Object {
        Object::new(word.cast_unsigned())
    }

    unsafe fn load_field(&self, word: isize) -> Object {
        Object::new(word.cast_unsigned())
    }

    fn constant(&self, python_name: &str) -> Object {
        self.builtin(python_name).into_object()
    }

    fn wait(&self, wait: &mut dyn FnMut()) {
        wait();
    }

    fn detach(&self) {}

    fn attach(&self) {}
}
