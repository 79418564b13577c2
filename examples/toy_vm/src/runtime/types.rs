//! Types that extensions define.

use std::ffi::c_void;
use std::sync::Mutex;

use hpy_loader::Loader;
use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::Types;
use hpy_loader::spec::TypeDef;

use crate::class::{Class, Extension, Link};
use crate::native::Native;
use crate::object::{Instance, lock};
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Types for Toy<THREADS> {
    fn new_type(
        &self,
        loader: &'static Loader<Self>,
        definition: &'static TypeDef,
        bases: &[&Self::Object],
        _metaclass: Option<&Self::Object>,
    ) -> Result<Self::Object, Self::Object> {
        let bases = match bases {
            [] => vec![self.builtin("object")],
            _ => bases.iter().map(|&base| base.clone()).collect(),
        };
        let link = Box::new(Link { loader, definition });
        let class = Class::new(definition.name(), bases, Some(link));
        Ok(self.object(Data::Class(class)))
    }

    fn new_instance(&self, class: &Object) -> Fallible<(Object, *mut c_void)> {
        let size = class
            .class()
            .and_then(Class::link)
            .map_or(0, |link| link.definition().basicsize);
        let native = Native::new(size)
            .ok_or_else(|| self.error_of(self.builtin("MemoryError"), Vec::new()))?;
        let address = native.as_ptr();
        let instance = Instance {
            class: class.clone(),
            native,
            attributes: Mutex::default(),
            call: Mutex::default(),
            finalized: false,
        };
        Ok((self.object(Data::Instance(instance)), address))
    }

    fn native_struct(&self, object: &Object, shape: HPyType_BuiltinShape) -> *mut c_void {
        let link = self.type_link(object).map(Extension::definition);
        match (&object.data, link) {
            (Data::Instance(instance), Some(definition)) if definition.shape == shape => {
                instance.native.as_ptr()
            }
            _ => std::ptr::null_mut(),
        }
    }

    fn builtin_shape(&self, class: &Object) -> HPyType_BuiltinShape {
        match class.class().and_then(Class::link) {
            Some(link) => link.definition().shape,
            None => HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy,
        }
    }

    fn set_call_function(&self, object: &Object, function: HPyFunc_keywords) -> Fallible<()> {
        let has_call = self
            .type_link(object)
            .is_some_and(|link| link.definition().slots.tp_call.is_some());
        match &object.data {
            Data::Instance(instance) if has_call => {
                *lock(&instance.call) = Some(function);
                Ok(())
            }
            _ => Err(self.type_error(&format!("{object} has no HPy_tp_call"))),
        }
    }
}
