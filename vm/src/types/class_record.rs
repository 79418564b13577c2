//! What a class carries beside RustPython's own data.

use super::info::TypeInfo;
use super::native::Native;
use hpy_loader::abi::HPyType_BuiltinShape;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{AsObject, Py};
use std::ffi::c_void;
use std::sync::OnceLock;

/// The data that RustPython keeps for us in a heap type, set once and dropped
/// with the class.
///
/// A class has one for two reasons. An extension defined it: then the record
/// leads to its [`TypeInfo`]. Or an extension defined its metaclass, with a
/// native struct: then the class is an instance, and the struct lies here. The
/// payload of a class is RustPython's and can't be extended, since `type.__new__`
/// makes it, whatever the metaclass.
///
/// RustPython's collector does not look into the record, so an object that a
/// class refers to from its native struct lives as long as the class.
pub struct ClassRecord {
    info: Option<&'static TypeInfo>,
    native: OnceLock<Native>,
}

impl ClassRecord {
    /// The record of an extension's type.
    pub fn of_type(info: &'static TypeInfo) -> Self {
        Self {
            info: Some(info),
            native: OnceLock::new(),
        }
    }

    /// The type, if an extension defined the class.
    pub fn info(&self) -> Option<&'static TypeInfo> {
        self.info
    }
}

impl Drop for ClassRecord {
    fn drop(&mut self) {
        if let Some(native) = self.native.get() {
            let mut references = Vec::new();
            native.clear(&mut references);
        }
    }
}

/// The native struct of a class whose metaclass is an extension's; null if there
/// is none. The first call makes it.
pub fn native_struct(class: &Py<PyType>) -> *mut c_void {
    let metaclass = TypeInfo::nearest(class.as_object().class());
    let shape = HPyType_BuiltinShape::HPyType_BuiltinShape_Type;
    let Some(metaclass) = metaclass.filter(|info| info.shape() == Some(shape)) else {
        return std::ptr::null_mut();
    };
    if !class.has_type_data::<ClassRecord>() {
        // Fails for a static type, which has no room for a record, and if
        // another thread was faster: both show below.
        let record = ClassRecord {
            info: None,
            native: OnceLock::new(),
        };
        let _ = class.init_type_data(record);
    }
    let Some(record) = class.get_type_data::<ClassRecord>() else {
        return std::ptr::null_mut();
    };
    if record.native.get().is_none() {
        let Some(native) = Native::new(metaclass) else {
            return std::ptr::null_mut();
        };
        if let Err(native) = record.native.set(native) {
            // Another thread was faster, and nobody has seen this one.
            native.discard();
        }
    }
    // The record is never replaced, and its box stays where it is, so the struct
    // does not move while the class lives.
    record
        .native
        .get()
        .map_or(std::ptr::null_mut(), Native::data)
}
