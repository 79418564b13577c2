//! Descriptors: what is found in a class, and becomes an attribute of an instance.

use super::accessor::Accessor;
use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

impl Vm {
    /// Whether assignments go to what the class has, not to the object.
    pub(crate) fn is_data_descriptor(&self, descriptor: &Local) -> bool {
        match self.accessor(descriptor) {
            Some(Accessor::GetSet | Accessor::Member) => true,
            Some(_) => false,
            None => {
                let class = self.class_of(descriptor);
                self.lookup_own(&class, "__set__").is_some()
                    || self.lookup_own(&class, "__delete__").is_some()
            }
        }
    }

    pub(super) fn write_descriptor(
        &self,
        descriptor: &Local,
        object: &Local,
        value: Option<&Local>,
    ) -> Result<()> {
        if self.accessor(descriptor).is_some() {
            return self.write_accessor(descriptor, object, value);
        }
        let class = self.class_of(descriptor);
        let (special, args) = match value {
            Some(value) => ("__set__", vec![object.clone(), value.clone()]),
            None => ("__delete__", vec![object.clone()]),
        };
        match self.lookup_own(&class, special) {
            Some(method) => self.call_special(&method, descriptor, &args).map(drop),
            None => Err(self.error("AttributeError", special)),
        }
    }

    /// What an attribute of a class is when it is read through an instance or the
    /// class itself.
    pub(crate) fn bind(&self, found: &Local, instance: Option<&Local>, owner: &Local) -> Result {
        if let Some(accessor) = self.accessor(found) {
            return match (accessor, instance) {
                (Accessor::None, _) | (_, None) => Ok(found.clone()),
                (Accessor::Function, Some(instance)) => Ok(self.bound_method(found, instance)),
                (_, Some(instance)) => self.read_accessor(found, instance),
            };
        }
        let class = self.class_of(found);
        let function = || self.record_get(found, 0).unwrap_or_else(|| self.none());
        if self.is_subclass(&class, &self.builtin("staticmethod")) {
            return Ok(function());
        }
        if self.is_subclass(&class, &self.builtin("classmethod")) {
            return Ok(self.bound_method(&function(), owner));
        }
        match self.lookup_own(&class, "__get__") {
            Some(method) => {
                let instance = instance.cloned().unwrap_or_else(|| self.none());
                self.call_special(&method, found, &[instance, owner.clone()])
            }
            None => Ok(found.clone()),
        }
    }

    /// A `classmethod` or `staticmethod`.
    pub(super) fn wrapper(&self, class: &Local, function: &Local) -> Local {
        let wrapper = self.record(class, 1);
        self.record_set(&wrapper, 0, Some(function));
        wrapper
    }

    pub(super) fn static_method(&self, function: &Local) -> Local {
        self.wrapper(&self.builtin("staticmethod"), function)
    }

    /// A method bound to its receiver.
    pub(crate) fn bound_method(&self, function: &Local, receiver: &Local) -> Local {
        let class = self.builtin("method");
        let method = self.heap.allocate_small(Kind::BoundMethod, &class, 2, 0);
        self.heap.set(&method, 0, function);
        self.heap.set(&method, 1, receiver);
        method
    }
}
