//! Types that extensions define.

use std::ffi::c_void;
use std::sync::Mutex;

use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::Types;

use crate::object::lock;
use crate::{Class, Data, Instance, Native, Object, Toy, VmResult};

impl<const THREADS: bool> Types for Toy<THREADS> {
    fn new_instance(&self, class: &Object) -> VmResult<(Object, *mut c_void)> {
        let definition = class.class().and_then(Class::definition);
        let size = definition.map_or(0, |definition| definition.of.basicsize);
        let native = Native::new(size).ok_or_else(|| self.memory_error())?;
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
        let instance = object.instance();
        let instance = instance.filter(|instance| {
            let definition = instance.class().definition();
            definition.is_some_and(|definition| definition.of.shape == shape)
        });
        instance.map_or(std::ptr::null_mut(), |instance| instance.native.as_ptr())
    }

    fn builtin_shape(&self, class: &Object) -> HPyType_BuiltinShape {
        match class.class().and_then(Class::definition) {
            Some(definition) => definition.of.shape,
            None => HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy,
        }
    }

    fn set_call_function(&self, object: &Object, function: HPyFunc_keywords) -> VmResult<()> {
        if object.slot(|slots| slots.tp_call).is_none() {
            return Err(self.type_error(&format!("{object} has no HPy_tp_call")));
        }
        let instance = object.instance().expect("an object with a slot");
        *lock(&instance.call) = Some(function);
        Ok(())
    }
}
