//! The attributes that a type of an extension gives to its instances.

use hpy_loader::member;
use hpy_loader::spec::{GetSetDef, MemberDef};

use crate::class::Definition;
use crate::{Instance, Object, Toy, VmResult};

impl Definition {
    fn member(&self, name: &str) -> Option<&'static MemberDef> {
        self.of.members.iter().find(|member| member.name == name)
    }

    fn getset(&self, name: &str) -> Option<&'static GetSetDef> {
        self.of.getsets.iter().find(|getset| getset.name == name)
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    /// `object.name`, if its class has such a member, getset or method.
    pub(crate) fn get_attribute(
        &self,
        object: &Object,
        instance: &Instance,
        name: &str,
    ) -> Option<VmResult<Object>> {
        let native = instance.native.as_ptr();
        let found = instance.class().find(&|definition| {
            let loader = definition.loader::<THREADS>();
            if let Some(member) = definition.member(name) {
                // SAFETY: the struct is that of an instance of the class.
                return Some(unsafe { member::get(loader, member, definition.of.name(), native) });
            }
            if let Some(GetSetDef {
                getter: Some(getter),
                closure,
                ..
            }) = definition.getset(name)
            {
                return Some(loader.call_slot(*getter, (object.clone(), *closure)));
            }
            let mut methods = definition.of.methods.iter();
            let method = methods.find(|method| method.name == name)?;
            Some(Ok(self.bind(loader, method, object.clone())))
        });
        found.map(|(_, result)| result)
    }

    /// `object.name = value`, if its class has such a member or getset; no value
    /// deletes.
    pub(crate) fn set_attribute(
        &self,
        object: &Object,
        instance: &Instance,
        name: &str,
        value: Option<&Object>,
    ) -> Option<VmResult<()>> {
        let native = instance.native.as_ptr();
        let found = instance.class().find(&|definition| {
            let (loader, value) = (definition.loader::<THREADS>(), value.cloned());
            if let Some(member) = definition.member(name) {
                let type_name = definition.of.name();
                // SAFETY: the struct is that of an instance of the class.
                return Some(unsafe { member::set(loader, member, type_name, native, value) });
            }
            let getset = definition.getset(name)?;
            Some(match getset.setter {
                Some(setter) => loader.call_slot(setter, (object.clone(), value, getset.closure)),
                None => Err(self.raise("AttributeError", "read-only attribute")),
            })
        });
        found.map(|(_, result)| result)
    }
}
