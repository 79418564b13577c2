//! The object whose native struct has the fields, since a collector looks for
//! fields nowhere else.

use std::ffi::{c_int, c_void};

use hpy_loader::abi::*;

use super::globals::Globals;
use crate::definitions::{Definitions, slot, type_spec};
use crate::extension::{C, c};

/// How many fields a holder has.
pub const FIELDS: usize = 3;

/// The type of holders, in a C global, where every collector finds it.
pub struct HolderType(&'static Globals);

/// One holder.
pub struct Holder {
    c: C,
    pub h: HPy,
    fields: *mut HPyField,
}

unsafe extern "C" fn traverse(
    this: *mut c_void,
    visit: HPyFunc_visitproc,
    argument: *mut c_void,
) -> c_int {
    for field in 0..FIELDS {
        // SAFETY: the struct is an array of the fields, and the function is the
        // loader's.
        let result = unsafe { visit(this.cast::<HPyField>().add(field), argument) };
        if result != 0 {
            return result;
        }
    }
    0
}

/// Its being there makes the loader traverse the type. Nothing is left to do:
/// the fields are empty by then.
unsafe extern "C" fn destroy(this: *mut c_void) {
    for field in 0..FIELDS {
        // SAFETY: as in `traverse`.
        let field = unsafe { this.cast::<HPyField>().add(field).read() };
        assert!(field.is_null(), "fields are emptied before");
    }
}

impl HolderType {
    /// Makes the type.
    ///
    /// # Panics
    ///
    /// If the VM can't.
    pub fn new(c: C, globals: &'static Globals) -> Self {
        let mut definitions = Definitions::new(vec![
            slot(HPySlot_Slot::HPy_tp_traverse, traverse as HPyCFunction),
            slot(HPySlot_Slot::HPy_tp_destroy, destroy as HPyCFunction),
        ]);
        let size = FIELDS * size_of::<HPyField>();
        let mut spec = type_spec(size, &mut definitions);
        let class = c!(c.ctx_Type_FromSpec(&mut spec, std::ptr::null_mut()));
        assert!(!class.is_null() && !c.is_pending());
        c!(c.ctx_Global_Store(globals.of_type(), class));
        c.close(class);
        Self(globals)
    }

    /// Lets the type go.
    pub fn end(self, c: C) {
        c!(c.ctx_Global_Store(self.0.of_type(), HPy::NULL));
    }

    /// The globals of the extension.
    pub(super) fn globals(&self) -> &'static Globals {
        self.0
    }
}

impl Holder {
    pub fn new(c: C, class: &HolderType) -> Self {
        // SAFETY: the global is the extension's, which has one thread.
        let class = unsafe { class.0.of_type().read() };
        let class = c!(c.ctx_Global_Load(class));
        let mut data = std::ptr::null_mut();
        let h = c!(c.ctx_New(class, &mut data));
        c.close(class);
        assert!(!h.is_null() && !data.is_null());
        let fields = data.cast();
        Self { c, h, fields }
    }

    /// The address of a field, as C has it.
    pub fn field(&self, field: usize) -> *mut HPyField {
        assert!(field < FIELDS);
        // SAFETY: the struct has so many fields, and lives as long as the handle
        // is open.
        unsafe { self.fields.add(field) }
    }

    /// What the field holds now: a collector may have rewritten it.
    pub fn load(&self, field: usize) -> HPy {
        let c = self.c;
        // SAFETY: `field` is one of the struct's, which lives.
        let field = unsafe { self.field(field).read() };
        c!(c.ctx_Field_Load(self.h, field))
    }
}
