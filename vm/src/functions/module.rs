//! The modules of extensions.
//!
//! Their functions get the module as `self`, by one handle that stays open: calls need not
//! clone the reference. The handle keeps the module, and the module the handle; so the
//! collector has to see that, as it sees that the functions keep the module. The payload of
//! such a module is RustPython's with the handle behind it, and has the same id.

use super::function::module_function;
use super::legacy::legacy_function;
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::Kept;
use hpy_loader::spec::ModuleDef;
use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    identifier,
};
use std::any::TypeId;
use std::mem::offset_of;
use std::sync::OnceLock;

/// The payload of a module of an extension.
#[derive(Debug)]
#[repr(C)]
pub struct ExtensionModule {
    base: PyModule,
    handle: OnceLock<Handle>,
}

/// The handle of a module.
struct Handle {
    loader: &'static Loader<RustPython>,
    kept: Kept,
    /// The module, which the handle refers to. Only compared and shown to the collector.
    module: *const PyObject,
}

// SAFETY: the pointer is used by the collector only, while the module is there.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kept.fmt(f)
    }
}

impl ExtensionModule {
    // RustPython finds its own payload by these two distances.
    const STARTS_WITH_BASE: () = {
        assert!(offset_of!(Self, base) == 0);
        assert!(payload_offset::<Self>() == payload_offset::<PyModule>());
    };
}

impl PyPayload for ExtensionModule {
    const PAYLOAD_TYPE_ID: TypeId = PyModule::PAYLOAD_TYPE_ID;

    /// Nobody asks for it: what RustPython sees of it will do.
    unsafe fn validate_downcastable_from(_: &PyObject) -> bool {
        false
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.module_type
    }
}

impl MaybeTraverse for ExtensionModule {
    const HAS_TRAVERSE: bool = true;
    const HAS_CLEAR: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(handle) = self.handle.get()
            && handle.loader.is_kept_only(handle.kept)
        {
            // SAFETY: the collector asks the module's own payload.
            visit(unsafe { &*handle.module });
        }
    }

    fn try_clear(&mut self, references: &mut Vec<PyObjectRef>) {
        if let Some(handle) = self.handle.take() {
            references.extend(handle.loader.let_go(handle.kept));
        }
    }
}

/// A module with the functions of a definition.
///
/// # Errors
///
/// `MemoryError` if there is no handle left for it.
pub fn new_module(
    loader: &'static Loader<RustPython>,
    name: &str,
    definition: &'static ModuleDef,
    vm: &VirtualMachine,
) -> PyResult {
    const { ExtensionModule::STARTS_WITH_BASE };
    let dict = vm.ctx.new_dict();
    let module_name = vm.ctx.intern_str(name);
    let doc = definition.doc.as_deref().map(|doc| vm.ctx.new_str(doc));
    let doc = doc.map_or_else(|| vm.ctx.none(), Into::into);
    dict.set_item(identifier!(vm, __name__), module_name.to_owned().into(), vm)?;
    dict.set_item(identifier!(vm, __doc__), doc, vm)?;
    for name in ["__package__", "__loader__", "__spec__"] {
        dict.set_item(name, vm.ctx.none(), vm)?;
    }
    let payload = ExtensionModule {
        base: PyModule {
            def: None,
            name: Some(module_name),
        },
        handle: OnceLock::new(),
    };
    let class = vm.ctx.types.module_type.to_owned();
    let module = PyRef::new_ref(payload, class, Some(dict.clone()));
    for method in &definition.legacy_methods {
        let function = legacy_function(loader, method, module.as_object(), module_name, vm);
        dict.set_item(method.name.as_str(), function, vm)?;
    }
    if definition.methods.is_empty() {
        return Ok(module.into());
    }
    let object: PyObjectRef = module.clone().into();
    let kept = loader.keep(object.clone());
    let kept = kept.map_err(|error| into_exception(error, vm))?;
    let handle = Handle {
        loader,
        kept,
        module: std::ptr::from_ref(module.as_object()),
    };
    // Nobody else has the module yet.
    let _ = module.handle.set(handle);
    for method in &definition.methods {
        let function = module_function(loader, method, (&object, kept), module_name, vm);
        dict.set_item(method.name.as_str(), function, vm)?;
    }
    Ok(object)
}
