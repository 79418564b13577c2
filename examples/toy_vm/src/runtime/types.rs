//! Types that extensions define.

use std::ffi::c_void;
use std::sync::Mutex;

use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::Types;

use crate::object::lock;
use crate::{Data, Instance, Native, Object, Toy, VmResult};

impl<const THREADS: bool> Types for Toy<THREADS> {
    fn new_instance(&self, class: &Object) -> VmResult<(Object, *mut c_void)> {
        let size = class.definition().map_or(0, |of| of.basicsize);
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
        let instance = instance.filter(|instance| self.builtin_shape(&instance.class) == shape);
        instance.map_or(std::ptr::null_mut(), |instance| instance.native.as_ptr())
    }

    fn builtin_shape(&self, class: &Object) -> HPyType_BuiltinShape {
        let legacy = HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy;
        class.definition().map_or(legacy, |of| of.shape)
    }

    fn set_call_function(&self, object: &Object, function: HPyFunc_keywords) -> VmResult<()> {
        match object.instance() {
            Some(instance) if self.call_slot(object).is_some() => {
                *lock(&instance.call) = Some(function);
                Ok(())
            }
            _ => Err(self.type_error(&format!("{object} has no HPy_tp_call"))),
        }
    }
}
