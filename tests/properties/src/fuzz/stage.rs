//! What there is before the first call: types with functions in every slot, and places
//! for what C keeps.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::{null, null_mut};

use hpy_loader::abi::*;
use hpy_loader::for_each_slot;

use super::nested::{self, Nested};
use crate::definitions::{Definitions, member, method, slot, type_spec};
use crate::extension::{C, c};

/// How many fields an instance has, behind a number that must not change.
pub const FIELDS: usize = 3;

/// The number.
pub const MARK: u64 = 0x4850_7920_6675_7a7a;

/// The native struct of an instance.
#[repr(C)]
pub struct Struct {
    pub mark: u64,
    pub fields: [HPyField; FIELDS],
    pub number: i64,
}

/// The globals of an extension that is played, as they would be in C's data.
pub struct Cells {
    /// Objects that were handed out, in a list: who they are can be told by it.
    pub kept: UnsafeCell<HPyGlobal>,
    /// The types, in a tuple.
    pub types: UnsafeCell<HPyGlobal>,
    /// For the calls.
    pub free: [UnsafeCell<HPyGlobal>; 3],
}

// SAFETY: the cells are C's data, which is used under the HPy lock.
unsafe impl Sync for Cells {}
// SAFETY: as above.
unsafe impl Send for Cells {}

impl Cells {
    /// Cells that stay as long as the process, as C's data does.
    pub fn new() -> &'static Self {
        Box::leak(Box::new(Self {
            kept: UnsafeCell::new(HPyGlobal::NULL),
            types: UnsafeCell::new(HPyGlobal::NULL),
            free: [const { UnsafeCell::new(HPyGlobal::NULL) }; 3],
        }))
    }

    /// All of them, and a null, as `HPyModuleDef.globals` has them.
    pub fn list(&self) -> Vec<*mut HPyGlobal> {
        let free = self.free.iter().map(UnsafeCell::get);
        let all = [self.kept.get(), self.types.get()].into_iter().chain(free);
        all.chain([null_mut()]).collect()
    }

    fn load(c: C, cell: &UnsafeCell<HPyGlobal>) -> HPy {
        // SAFETY: the cell is C's, and nobody else is in C now.
        let word = unsafe { cell.get().read() };
        c!(c.ctx_Global_Load(word))
    }

    /// The list of objects that were handed out.
    pub fn kept(&self, c: C) -> HPy {
        Self::load(c, &self.kept)
    }

    /// The types.
    pub fn types(&self, c: C) -> HPy {
        Self::load(c, &self.types)
    }

    fn store(c: C, cell: &UnsafeCell<HPyGlobal>, h: HPy) {
        c!(c.ctx_Global_Store(cell.get(), h));
    }

    /// Begins with an empty list.
    pub fn begin(&self, c: C) {
        let list = c!(c.ctx_List_New(0));
        Self::store(c, &self.kept, list);
        c.close(list);
    }

    /// Lets go of all but the types.
    pub fn end(&self, c: C) {
        Self::store(c, &self.kept, HPy::NULL);
        for cell in &self.free {
            Self::store(c, cell, HPy::NULL);
        }
    }
}

/// The types that the objects have instances of: with methods alone, with every slot,
/// and one that has what goes with fields.
pub const TYPES: isize = 3;

/// Makes the types, once for each VM.
///
/// # Panics
///
/// If the VM can't.
pub fn prepare(c: C, cells: &Cells) {
    let methods = || {
        vec![
            method(
                c"noargs",
                HPyFunc_Signature::HPyFunc_NOARGS,
                HPyFunc_noargs::FUNCTION,
            ),
            method(c"o", HPyFunc_Signature::HPyFunc_O, HPyFunc_o::FUNCTION),
            method(
                c"varargs",
                HPyFunc_Signature::HPyFunc_VARARGS,
                HPyFunc_varargs::FUNCTION,
            ),
            method(
                c"keywords",
                HPyFunc_Signature::HPyFunc_KEYWORDS,
                HPyFunc_keywords::FUNCTION,
            ),
            getset(c"getset"),
            member(
                c"number",
                HPyMember_FieldType::HPyMember_LONGLONG,
                32,
                false,
            ),
            slot(
                HPySlot_Slot::HPy_tp_traverse,
                nested::traverse as HPyCFunction,
            ),
            slot(
                HPySlot_Slot::HPy_tp_destroy,
                nested::destroy as HPyCFunction,
            ),
        ]
    };
    let types: Vec<HPy> = [
        methods(),
        [methods(), slots(|_| true)].concat(),
        [
            methods(),
            slots(|name| name == "HPy_tp_finalize" || name == "HPy_tp_call"),
        ]
        .concat(),
    ]
    .into_iter()
    .map(|definitions| {
        // The VM may refer to the closures and functions for ever.
        let definitions = Box::leak(Box::new(Definitions::new(definitions)));
        let mut spec = type_spec(size_of::<Struct>(), definitions);
        spec.flags = 1 << 9 | 1 << 10 | 1 << 18;
        let class = c!(c.ctx_Type_FromSpec(&mut spec, null_mut()));
        assert!(!class.is_null() && !c.is_pending(), "the type");
        class
    })
    .collect();
    let tuple = c.tuple(&types);
    Cells::store(c, &cells.types, tuple);
    types.into_iter().for_each(|class| c.close(class));
    c.close(tuple);
}

/// Lets go of the types.
pub fn dismantle(c: C, cells: &Cells) {
    cells.end(c);
    Cells::store(c, &cells.types, HPy::NULL);
}

/// An attribute behind functions.
pub fn getset(name: &'static CStr) -> HPyDef {
    HPyDef {
        kind: HPyDef_Kind::HPyDef_Kind_GetSet,
        definition: HPyDefUnion {
            getset: HPyGetSet {
                name: name.as_ptr(),
                getter_impl: HPyFunc_getter::FUNCTION,
                setter_impl: HPyFunc_setter::FUNCTION,
                getter_cpy_trampoline: null(),
                setter_cpy_trampoline: null(),
                doc: null(),
                closure: null_mut(),
            },
        },
    }
}

/// Every slot with a function that fits, as long as `is_wanted` says so of its name.
fn slots(is_wanted: impl Fn(&str) -> bool) -> Vec<HPyDef> {
    macro_rules! all {
        ($($(#[$doc:meta])* $block:ident {
            $($name:ident = $number:literal: $field:ident($function:ident),)*
        })*) => {
            [$($((stringify!($name), $number, $function::FUNCTION),)*)*]
        };
    }
    let all: &[(&str, c_int, HPyCFunction)] = &for_each_slot!(all);
    // Modules have the first, and the others are there already.
    let others = [
        "HPy_mod_create",
        "HPy_mod_exec",
        "HPy_tp_traverse",
        "HPy_tp_destroy",
    ];
    let wanted = all
        .iter()
        .filter(|(name, ..)| !others.contains(name) && is_wanted(name));
    wanted
        .map(|&(_, number, function)| slot(HPySlot_Slot(number), function))
        .collect()
}

/// A new instance of a type of which there are [`TYPES`], and its struct.
pub fn instance(c: C, cells: &Cells, of: isize) -> (HPy, *mut Struct) {
    let types = cells.types(c);
    let class = c.item(types, of);
    let mut data: *mut c_void = null_mut();
    let h = c!(c.ctx_New(class, &mut data));
    c.close(class);
    c.close(types);
    assert!(!h.is_null() && !data.is_null(), "an instance");
    let data: *mut Struct = data.cast();
    // SAFETY: the struct is as large, and new.
    unsafe { (*data).mark = MARK };
    (h, data)
}
