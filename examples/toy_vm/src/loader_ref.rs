//! A loader that objects keep.

use std::ops::Deref;

use hpy_loader::Loader;

use crate::Toy;

/// The loader in an object. Objects may go to any thread that the VM has.
#[derive(Clone, Copy)]
pub struct LoaderRef<const THREADS: bool>(pub &'static Loader<Toy<THREADS>>);

// SAFETY: the loader of a VM with several threads is `Sync`. A VM with one thread gives
// its objects to no other.
unsafe impl<const THREADS: bool> Send for LoaderRef<THREADS> {}
// SAFETY: as above.
unsafe impl<const THREADS: bool> Sync for LoaderRef<THREADS> {}

impl<const THREADS: bool> Deref for LoaderRef<THREADS> {
    type Target = &'static Loader<Toy<THREADS>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
