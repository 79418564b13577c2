//! Roots, constants, threads.

use std::sync::Arc;

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
        Arc::strong_count(&object.0) > 1
    }

    fn is_same(&self, a: &Object, b: &Object) -> bool {
        a.is(b)
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
