//! Roots, fields, constants, threads.

use std::mem::ManuallyDrop;

use hpy_loader::runtime::{Roots, Threads};

use crate::{Object, ThreadEvent, Toy};

impl<const THREADS: bool> Roots for Toy<THREADS> {
    type Object = Object;

    type Threads = Threads<THREADS>;

    fn duplicate(&self, object: &Object) -> Object {
        object.clone()
    }

    // Optional.
    fn is_shared(&self, object: &Object) -> bool {
        object.is_shared()
    }

    fn is_same(&self, a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    fn store_field(&self, object: Object) -> isize {
        object.into_address()
    }

    unsafe fn take_field(&self, word: isize) -> Object {
        // SAFETY: the field owned the reference and has given it up.
        ManuallyDrop::into_inner(unsafe { Object::from_address(word) })
    }

    unsafe fn load_field(&self, word: isize) -> Object {
        // SAFETY: the field owns the reference, which the clone leaves alone.
        ManuallyDrop::into_inner(unsafe { Object::from_address(word) }.clone())
    }

    fn constant(&self, python_name: &str) -> Object {
        self.builtin(python_name)
    }

    fn wait(&self, wait: &mut dyn FnMut()) {
        // A collector that stops the world would have to know of this. The toy has
        // none.
        self.embedder().thread(ThreadEvent::Waits);
        wait();
    }

    fn detach(&self) {
        self.embedder().thread(ThreadEvent::Detaches);
    }

    fn attach(&self) {
        self.embedder().thread(ThreadEvent::Attaches);
    }
}
