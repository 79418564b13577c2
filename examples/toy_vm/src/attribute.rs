//! The attributes that a type of an extension gives to its instances.

use hpy_loader::member;
use hpy_loader::spec::{GetSetDef, MemberDef, MethodDef, TypeDef};

use crate::class::Definition;
use crate::{Fallible, Instance, Object, Toy};

/// What is behind a name.
pub(crate) enum Attribute {
    Member(&'static MemberDef),
    GetSet(&'static GetSetDef),
    Method(&'static MethodDef),
}

impl Attribute {
    fn of(definition: &'static TypeDef, name: &str) -> Option<Self> {
        let mut members = definition.members.iter();
        let mut getsets = definition.getsets.iter();
        let mut methods = definition.methods.iter();
        let member = members.find(|member| member.name == name).map(Self::Member);
        member
            .or_else(|| getsets.find(|getset| getset.name == name).map(Self::GetSet))
            .or_else(|| methods.find(|method| method.name == name).map(Self::Method))
    }
}

impl Instance {
    /// What the class has under this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<(&Definition, Attribute)> {
        self.class()
            .find(&|definition| Attribute::of(definition.of, name))
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    /// `object.name`, where the class of `object` has such an attribute.
    pub(crate) fn get_attribute(
        &self,
        object: &Object,
        instance: &Instance,
        (definition, attribute): (&Definition, Attribute),
    ) -> Fallible<Object> {
        let loader = definition.loader::<THREADS>();
        let (type_name, native) = (definition.of.name(), instance.native.as_ptr());
        match attribute {
            Attribute::Method(method) => Ok(self.bind(loader, method, object.clone())),
            // SAFETY: the struct is that of an instance of the class.
            Attribute::Member(member) => unsafe { member::get(loader, member, type_name, native) },
            Attribute::GetSet(getset) => match getset.getter {
                // SAFETY: the extension of this loader has defined both.
                Some(getter) => unsafe {
                    loader.call_getter(getter, object.clone(), getset.closure)
                },
                None => Err(self.raise("AttributeError", "unreadable attribute")),
            },
        }
    }

    /// `object.name = value`, in the same way; no value deletes.
    pub(crate) fn set_attribute(
        &self,
        object: &Object,
        instance: &Instance,
        (definition, attribute): (&Definition, Attribute),
        value: Option<Object>,
    ) -> Fallible<()> {
        let loader = definition.loader::<THREADS>();
        let (type_name, native) = (definition.of.name(), instance.native.as_ptr());
        // SAFETY: the struct is that of an instance of the class, for which the
        // extension of this loader has defined function and closure.
        unsafe {
            match attribute {
                Attribute::Member(member) => member::set(loader, member, type_name, native, value),
                Attribute::GetSet(GetSetDef {
                    setter: Some(setter),
                    closure,
                    ..
                }) => loader.call_setter(*setter, object.clone(), value, *closure),
                _ => Err(self.raise("AttributeError", "read-only attribute")),
            }
        }
    }
}
