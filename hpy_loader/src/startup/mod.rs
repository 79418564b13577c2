//! Making a core with its context, and the loader of each mode.

mod modes;

use crate::abi::ABI_VERSION;
use crate::boundary::ContextInstance;
use crate::call::Loader;
use crate::context;
use crate::core::Core;
use crate::definitions::Definitions;
use crate::handles::ReserveError;
use crate::runtime::Runtime;

impl<R: Runtime> Loader<R> {
    /// Makes the core for `runtime`, and its loader for the universal mode.
    ///
    /// # Errors
    ///
    /// If the address space for the handles can't be reserved.
    pub fn new(runtime: R) -> Result<&'static Self, ReserveError>
    where
        R: Definitions,
    {
        let core = Core::new(runtime)?;
        let instance = ContextInstance::leak(core, |fast_paths| {
            let mut context = context::functions::<R>(fast_paths);
            context.name = c"HPy Universal ABI (hpy_loader)".as_ptr();
            context.abi_version = ABI_VERSION;
            core.open_constants(&mut context);
            context
        });
        core.set_context(instance.cast());
        let modes = Box::leak(Box::default());
        let loader = Self::leak(core, None, modes);
        // SAFETY: just leaked; C has not seen it yet.
        unsafe { &*instance }.set_loader(loader);
        Ok(loader)
    }

    /// The loader of the universal mode.
    fn universal(&self) -> &'static Self {
        // SAFETY: the universal context of a core is in an instance for `R`.
        unsafe { ContextInstance::<R>::of(self.core().context()) }.loader()
    }
}
