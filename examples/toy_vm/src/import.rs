//! From a file to a module.

use std::path::Path;

use hpy_loader::Loader;
use hpy_loader::library::{Library, LoadError};

use crate::{Object, Toy, VmResult};

impl<const THREADS: bool> Toy<THREADS> {
    /// Imports the module `name` from the file `path`, through the VM's loader or one
    /// that stands for a mode ([`Loader::in_mode`]).
    ///
    /// # Errors
    ///
    /// `ImportError` for a file that is no module of that name, or what the module's
    /// own code raises.
    ///
    /// # Safety
    ///
    /// Code from the file runs, and nobody can check it: see [`Library::open`].
    pub unsafe fn import_file(
        loader: &'static Loader<Self>,
        name: &str,
        path: &Path,
    ) -> VmResult<Object> {
        let vm = loader.runtime();
        let refused = |error: LoadError| vm.raise("ImportError", &error.to_string());
        // SAFETY: passed on to the caller.
        let library = unsafe { Library::open(name, path) }.map_err(refused)?;
        // SAFETY: there is one loader for this file, and it lives as long.
        unsafe { library.init_global_context(loader.context()) };
        // SAFETY: the caller trusts the file to define itself as HPy prescribes.
        let definition = unsafe { library.init() }.map_err(refused)?;
        // A spec is whatever the import system says it is: here the module's name.
        let spec = vm.text(name);
        // SAFETY: the definition is what `init` has returned.
        let (module, execution) = unsafe { loader.create_module(definition.as_ref(), spec, name) }?;
        // A VM with `sys.modules` enters the module there now.
        loader.execute_module(module, execution, name)
    }
}
