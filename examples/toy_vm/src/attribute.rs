//! The attributes that a type of an extension gives to its instances.

use hpy_loader::member;

use crate::{Object, Toy, VmResult};

impl<const THREADS: bool> Toy<THREADS> {
    /// `object.name`, if its class has such a method, member or getset.
    pub(crate) fn get_attribute(&self, object: &Object, name: &str) -> Option<VmResult<Object>> {
        let instance = object.instance()?;
        let native = instance.native.as_ptr();
        let mut definitions = instance.class.class()?.definitions.iter();
        definitions.find_map(|definition| {
            let loader = definition.loader::<THREADS>();
            let mut methods = definition.of.methods.iter();
            if let Some(method) = methods.find(|method| method.name == name) {
                return Some(Ok(self.bind(loader, method, object.clone())));
            }
            let mut members = definition.of.members.iter();
            if let Some(member) = members.find(|member| member.name == name) {
                // SAFETY: the struct is that of an instance of the class.
                return Some(unsafe { member::get(loader, member, definition.of.name(), native) });
            }
            let mut getsets = definition.of.getsets.iter();
            let getset = getsets.find(|getset| getset.name == name)?;
            Some(loader.call_slot(getset.getter?, (object.clone(), getset.closure)))
        })
    }

    /// `object.name = value`, if its class has such a member or getset; no value
    /// deletes.
    pub(crate) fn set_attribute(
        &self,
        object: &Object,
        name: &str,
        value: Option<&Object>,
    ) -> Option<VmResult<()>> {
        let instance = object.instance()?;
        let native = instance.native.as_ptr();
        let mut definitions = instance.class.class()?.definitions.iter();
        definitions.find_map(|definition| {
            let (loader, value) = (definition.loader::<THREADS>(), value.cloned());
            let mut members = definition.of.members.iter();
            if let Some(member) = members.find(|member| member.name == name) {
                let type_name = definition.of.name();
                // SAFETY: the struct is that of an instance of the class.
                return Some(unsafe { member::set(loader, member, type_name, native, value) });
            }
            let mut getsets = definition.of.getsets.iter();
            let getset = getsets.find(|getset| getset.name == name)?;
            Some(match getset.setter {
                Some(setter) => loader.call_slot(setter, (object.clone(), value, getset.closure)),
                None => Err(self.raise("AttributeError", "read-only attribute")),
            })
        })
    }
}
