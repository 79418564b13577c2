//! Classes, and what an extension has to say about their instances.

use std::any::Any;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use hpy_loader::abi::{HPyFunc_traverseproc, Slots};
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
        let traverser = |definition: &Arc<Definition>| definition.of.slots.tp_traverse;
        let traversers: Vec<_> = self.definitions.iter().filter_map(traverser).collect();
        if let Some(definition) = self.definitions.first() {
            (definition.release)(definition, &traversers, native);
        }
        for definition in &self.definitions {
            if let Some(function) = definition.of.slots.tp_destroy {
                // SAFETY: the extension has defined it for this struct, whose instance is
                // dead, and nobody uses the struct afterwards.
                unsafe { native::destroy(function, native.as_ptr()) };
            }
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
    release: fn(&Self, &[HPyFunc_traverseproc], &Native),
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
            release: Self::release::<THREADS>,
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

    fn release<const THREADS: bool>(&self, traversers: &[HPyFunc_traverseproc], native: &Native) {
        let (loader, name) = (self.loader::<THREADS>(), &self.of.full_name);
        let mut released = Vec::new();
        let sink = |object| released.push(object);
        // SAFETY: extensions have defined the functions for this struct, whose instance is
        // dead.
        unsafe { loader.release_fields(name, traversers, native.as_struct(), sink) };
    }
}
