//! Types that extensions define.

use std::ffi::c_void;
use std::sync::Mutex;

use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::Types;

use crate::class::Definition;
use crate::object::lock;
use crate::{Data, Instance, Native, Object, Toy, VmResult};

impl<const THREADS: bool> Types for Toy<THREADS> {
    fn new_instance(&self, class: &Object) -> VmResult<(Object, *mut c_void)> {
        let definition = class.class().and_then(|class| class.definitions.first());
        let sizes = |of: &Definition| (of.of.basicsize, of.loader::<THREADS>().guard_size());
        let (size, guard) = definition.map_or((0, 0), |definition| sizes(definition));
        let native = Native::new(size, guard).ok_or_else(|| self.memory_error())?;
        if let Some(definition) = definition {
            let (loader, name) = (definition.loader::<THREADS>(), &definition.of.full_name);
            // SAFETY: there is room, and the fields are released before the memory goes.
            unsafe { loader.set_guard(name, native.as_struct()) };
        }
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
