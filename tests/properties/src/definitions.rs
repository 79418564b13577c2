//! The structures with which an extension describes types and modules, as C
//! would have them in its data.

use std::ffi::CStr;

use hpy_loader::abi::*;

/// Definitions that live as long as the test, and the array of them.
pub struct Definitions {
    /// Their addresses are in the array, so they must not move.
    #[allow(clippy::vec_box)]
    _definitions: Vec<Box<HPyDef>>,
    array: Vec<*mut HPyDef>,
}

impl Definitions {
    /// The array of these.
    pub fn new(definitions: Vec<HPyDef>) -> Self {
        let mut boxes: Vec<_> = definitions.into_iter().map(Box::new).collect();
        let mut array: Vec<_> = boxes.iter_mut().map(|one| &raw mut **one).collect();
        array.push(std::ptr::null_mut());
        Self {
            _definitions: boxes,
            array,
        }
    }

    /// What `defines` points to.
    pub fn as_ptr(&mut self) -> *mut *mut HPyDef {
        self.array.as_mut_ptr()
    }
}

/// A slot. The function is a pointer to one of the type that the slot has.
pub fn slot(slot: HPySlot_Slot, function: HPyCFunction) -> HPyDef {
    HPyDef {
        kind: HPyDef_Kind::HPyDef_Kind_Slot,
        definition: HPyDefUnion {
            slot: HPySlot {
                slot,
                r#impl: function,
                cpy_trampoline: std::ptr::null(),
            },
        },
    }
}

/// A method or module function. The function is one of that signature.
pub fn method(name: &'static CStr, signature: HPyFunc_Signature, function: HPyCFunction) -> HPyDef {
    HPyDef {
        kind: HPyDef_Kind::HPyDef_Kind_Meth,
        definition: HPyDefUnion {
            meth: HPyMeth {
                name: name.as_ptr(),
                r#impl: function,
                cpy_trampoline: std::ptr::null(),
                signature,
                doc: std::ptr::null(),
            },
        },
    }
}

/// A member at an offset of the native struct.
pub fn member(
    name: &'static CStr,
    field_type: HPyMember_FieldType,
    offset: usize,
    readonly: bool,
) -> HPyDef {
    HPyDef {
        kind: HPyDef_Kind::HPyDef_Kind_Member,
        definition: HPyDefUnion {
            member: HPyMember {
                name: name.as_ptr(),
                r#type: field_type,
                offset: offset.cast_signed(),
                readonly: readonly.into(),
                doc: std::ptr::null(),
            },
        },
    }
}

/// A type with a native struct of so many bytes.
pub fn type_spec(basicsize: usize, definitions: &mut Definitions) -> HPyType_Spec {
    HPyType_Spec {
        name: c"module.Type".as_ptr(),
        basicsize: basicsize as i32,
        itemsize: 0,
        flags: 0,
        builtin_shape: HPyType_BuiltinShape::HPyType_BuiltinShape_Object,
        legacy_slots: std::ptr::null_mut(),
        defines: definitions.as_ptr(),
        doc: std::ptr::null(),
    }
}

/// A module without a docstring and globals.
pub fn module_def(definitions: &mut Definitions) -> HPyModuleDef {
    HPyModuleDef {
        doc: std::ptr::null(),
        size: 0,
        legacy_methods: std::ptr::null_mut(),
        defines: definitions.as_ptr(),
        globals: std::ptr::null_mut(),
    }
}
