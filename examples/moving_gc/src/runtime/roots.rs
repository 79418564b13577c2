//! Roots, constants.

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

    fn constant(&self, python_name: &str) -> Object {
        self.builtin(python_name).into_object()
    }

    fn wait(&self, wait: &mut dyn FnMut()) {
        wait();
    }

    fn detach(&self) {}

    fn attach(&self) {}
}
