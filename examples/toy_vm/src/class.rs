//! Classes, and what an extension has to say about their instances.

use std::any::Any;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use hpy_loader::abi::Slots;
use hpy_loader::spec::TypeDef;
use hpy_loader::{Loader, native};

use crate::{LoaderRef, Native, Object, Toy};

/// A class.
pub struct Class {
    name: CString,
    /// Its direct bases.
    pub bases: Vec<Object>,
    /// What extensions have defined: of this class first, then of its bases. This is
    /// all there is to inheritance.
    pub(crate) definitions: Vec<Arc<Definition>>,
}

impl Class {
    /// A class, with the definition if an extension has defined it.
    pub(crate) fn new(name: &str, bases: Vec<Object>, definition: Option<Definition>) -> Self {
        let own = definition.map(Arc::new).into_iter();
        let inherited = bases.iter().filter_map(|base| base.class());
        let inherited = inherited.flat_map(|base| base.definitions.clone());
        Self {
            name: CString::new(name).expect("a name without NUL"),
            definitions: own.chain(inherited).collect(),
            bases,
        }
    }

    /// `__name__`.
    pub fn name(&self) -> &CStr {
        &self.name
    }

    /// Runs each `tp_finalize` on an instance, which may come to life again.
    pub(crate) fn finalize(&self, instance: &Object) {
        for definition in &self.definitions {
            (definition.finalize)(definition, instance.clone());
        }
    }

    /// Empties the fields of a dead instance's struct and runs each `tp_destroy`.
    pub(crate) fn destroy(&self, native: &Native) {
        for definition in &self.definitions {
            (definition.destroy)(definition, native);
        }
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    /// The nearest function in a slot of a class, with the loader to call it through.
    pub(crate) fn slot<T>(
        &self,
        class: &Object,
        choose: fn(&Slots) -> Option<T>,
    ) -> Option<(&'static Loader<Self>, T)> {
        let mut definitions = class.class()?.definitions.iter();
        definitions.find_map(|definition| {
            let function = choose(&definition.of.slots)?;
            Some((definition.loader(), function))
        })
    }
}

/// A type as an extension has defined it, with the loader that it came with.
///
/// Values are the same whether the VM has threads or not, and the loader's type is
/// not. So the loader is behind `Any`, and what the end of a value needs it for is
/// behind function pointers.
pub(crate) struct Definition {
    pub of: &'static TypeDef,
    loader: Box<dyn Any + Send + Sync>,
    finalize: fn(&Self, Object),
    destroy: fn(&Self, &Native),
}

impl Definition {
    pub fn new<const THREADS: bool>(
        loader: &'static Loader<Toy<THREADS>>,
        of: &'static TypeDef,
    ) -> Self {
        Self {
            of,
            loader: Box::new(LoaderRef(loader)),
            finalize: Self::finalize::<THREADS>,
            destroy: Self::destroy::<THREADS>,
        }
    }

    /// The loader through which the functions of this type are called.
    pub fn loader<const THREADS: bool>(&self) -> &'static Loader<Toy<THREADS>> {
        let loader: &LoaderRef<THREADS> = self.loader.downcast_ref().expect("a type of this VM");
        loader.0
    }

    fn finalize<const THREADS: bool>(&self, instance: Object) {
        if let Some(function) = self.of.slots.tp_finalize {
            // What goes wrong in it is reported as unraisable.
            drop(self.loader::<THREADS>().call_slot(function, (instance,)));
        }
    }

    fn destroy<const THREADS: bool>(&self, native: &Native) {
        let (slots, loader) = (&self.of.slots, self.loader::<THREADS>());
        let (data, native) = (native.as_ptr(), native.as_struct());
        // The lock guards the fields, and goes before what they referred to does.
        let entered = loader.lock().enter(loader.runtime());
        let mut released = Vec::new();
        let mut release = |field| released.extend(loader.fields().release(native, field));
        // SAFETY: the extension has defined the slots for this struct, whose instance
        // is dead, and nobody uses the struct afterwards.
        unsafe {
            if let Some(function) = slots.tp_traverse {
                native::traverse(function, data, &mut release);
            }
            if let Some(function) = slots.tp_destroy {
                native::destroy(function, data);
            }
        }
        drop(entered);
    }
}
