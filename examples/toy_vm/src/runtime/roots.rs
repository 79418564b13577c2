//! Roots, fields, constants, threads.

use std::sync::atomic::Ordering;

use hpy_loader::runtime::Roots;

use crate::{Object, Toy};

impl<const THREADS: bool> Roots for Toy<THREADS> {
    type Object = Object;

    const THREADS: bool = THREADS;

    // Either would be right; so the tests see both.
    const FREE_ROOTS: bool = THREADS;

    fn duplicate(&self, object: &Object) -> Object {
        object.clone()
    }

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
        unsafe { Object::from_address(word) }
    }

    unsafe fn load_field(&self, word: isize) -> Object {
        // SAFETY: the field owns the reference, which the clone leaves alone.
        let object = std::mem::ManuallyDrop::new(unsafe { Object::from_address(word) });
        Object::clone(&object)
    }

    fn constant(&self, python_name: &str) -> Object {
        self.builtin(python_name)
    }

    fn wait(&self, wait: &mut dyn FnMut()) {
        self.observed.waits.fetch_add(1, Ordering::SeqCst);
        wait();
    }

    fn detach(&self) {
        self.observed.detached.fetch_add(1, Ordering::SeqCst);
    }

    fn attach(&self) {
        self.observed.detached.fetch_sub(1, Ordering::SeqCst);
    }
}
