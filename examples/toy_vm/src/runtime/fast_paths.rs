//! The optional hooks. An empty `impl` would do.

use hpy_loader::runtime::{FastPaths, Objects, PyObjects};

use crate::{Object, Toy};

impl<const THREADS: bool> PyObjects for Toy<THREADS> {}
impl<const THREADS: bool> FastPaths for Toy<THREADS> {
    // The toy itself has a use for it.
    fn fast_is_error_class(&self, class: &Object) -> bool {
        class.class().is_some() && self.is_subtype(class, &self.builtin("BaseException"))
    }

    // A counted reference may lie anywhere, so `true` would be right in
    // both cases; the loader's tests want to see both values.
    const UNTRACKED_ROOTS: bool = THREADS;
}
