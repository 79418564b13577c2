//! Types that extensions define, and their instances.

use super::{VmResult, out_value};
use crate::heap::{Local, Object};
use crate::vm::{Result, Vm};
use hpy_loader::abi::{HPyFunc_keywords, HPyType_BuiltinShape};
use hpy_loader::runtime::Types;
use std::ffi::c_void;

impl Vm {
    fn replace_call(&self, object: &Local, function: HPyFunc_keywords) -> Result<()> {
        let class = self.class_of(object);
        let has_call = self.find_definition(&class, |class| class.type_def.slots.tp_call.is_some());
        if has_call.is_none() {
            let message = "Object's type '{}' does not implement the HPy call protocol.";
            return Err(self.type_error(message, &[object]));
        }
        self.heap.make_companion(object).set_call(function);
        Ok(())
    }
}

impl Types for Vm {
    fn new_instance(&self, class: &Object) -> VmResult<(Object, *mut c_void)> {
        let object = out_value(self.new_empty_instance(&self.root(class)))?;
        let native = self.heap.native(&object);
        Ok((object.to_object(), native.unwrap_or(std::ptr::null_mut())))
    }

    fn native_struct(&self, object: &Object, shape: HPyType_BuiltinShape) -> *mut c_void {
        let companion = self.heap.companion(object);
        let layout = companion.and_then(|companion| companion.native_layout());
        let fits = layout.is_some_and(|layout| layout.shape == shape);
        let native = self.heap.native(object).filter(|_| fits);
        native.unwrap_or(std::ptr::null_mut())
    }

    fn builtin_shape(&self, class: &Object) -> HPyType_BuiltinShape {
        let class = self.root(class);
        match self.find_definition(&class, |_| true) {
            Some(definition) => definition.type_def.shape,
            None => HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy,
        }
    }

    fn set_call_function(&self, object: &Object, function: HPyFunc_keywords) -> VmResult<()> {
        out_value(self.replace_call(&self.root(object), function))
    }
}
