//! Roots, fields, constants, threads.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use hpy_loader::runtime::{Roots, Threads};

use crate::{Object, ThreadEvent, Toy};

/// The object in a field. The caller says what becomes of the field's reference.
///
/// # Safety
///
/// `store_field` gave the word, and its reference has not been taken since.
unsafe fn in_field(word: isize) -> ManuallyDrop<Object> {
    let value = std::ptr::with_exposed_provenance(word.cast_unsigned());
    // SAFETY: passed on to the caller.
    ManuallyDrop::new(Object(unsafe { Arc::from_raw(value) }))
}

impl<const THREADS: bool> Roots for Toy<THREADS> {
    type Object = Object;

    type Threads = Threads<THREADS>;

    fn duplicate(&self, object: &Object) -> Object {
        object.clone()
    }

    // Optional.
    fn is_shared(&self, object: &Object) -> bool {
        Arc::strong_count(&object.0) > 1
    }

    fn is_same(&self, a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    fn store_field(&self, object: Object) -> isize {
        Arc::into_raw(object.0).expose_provenance().cast_signed()
    }

    unsafe fn take_field(&self, word: isize) -> Object {
        // SAFETY: the field owned the reference and has given it up.
        ManuallyDrop::into_inner(unsafe { in_field(word) })
    }

    unsafe fn load_field(&self, word: isize) -> Object {
        // SAFETY: the field owns the reference, which the clone leaves alone.
        ManuallyDrop::into_inner(unsafe { in_field(word) }.clone())
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
