//! Starting a VM: the heap, the first objects, the loader.

use crate::heap::{Heap, Options};
use crate::objects::bootstrap;
use crate::vm::Vm;
use hpy_loader::Loader;
use std::io;

impl Vm {
    /// Starts a VM. It lives as long as the process.
    ///
    /// # Errors
    ///
    /// If the system does not give the address space for heap and handles.
    pub fn start(options: Options) -> io::Result<&'static Self> {
        let vm = Self::new(Heap::new(options)?);
        // The loader opens handles before the heap can be told of them.
        vm.heap.pause();
        bootstrap(&vm);
        let loader = Loader::new(vm).map_err(io::Error::other)?;
        let vm = loader.runtime();
        vm.set_loader(loader);
        vm.heap.set_external_roots(Box::new(move |visit| {
            // SAFETY: the VM has one thread, which is here.
            unsafe { loader.for_each_root(visit) };
        }));
        vm.heap.set_retain_fields(Box::new(move |keep| {
            // SAFETY: as above.
            unsafe { loader.retain_fields(keep) };
        }));
        vm.heap.resume();
        Ok(vm)
    }
}
