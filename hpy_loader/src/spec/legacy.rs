//! What a legacy type or a hybrid module says in CPython's own structures.

use super::method::MemberDef;
use super::{GetSetDef, Refusal, RefusalClass, read_text};
use crate::abi::method_flags::*;
use crate::abi::other_legacy_slots::*;
use crate::abi::*;
use std::ffi::c_int;

/// A C function of CPython's API by the way it takes its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyFunction {
    /// No arguments.
    NoArgs(cpy_PyCFunction),
    /// One argument.
    O(cpy_PyCFunction),
    /// A tuple of arguments.
    VarArgs(cpy_PyCFunction),
    /// A tuple, and a dict of keywords.
    Keywords(cpy_PyCFunctionWithKeywords),
    /// An array of arguments.
    Fast(cpy_PyCFunctionFast),
    /// An array, and a tuple of the keywords' names.
    FastKeywords(cpy_PyCFunctionFastWithKeywords),
}

/// What a method of a type is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyReceiver {
    /// An instance, or the module that a function belongs to.
    Instance,
    /// The class that it was looked up in: `METH_CLASS`.
    Class,
    /// Nothing: `METH_STATIC`.
    Nothing,
}

/// A method or function of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyMethodDef {
    /// Its name.
    pub name: String,
    /// Its docstring, which may start with a text signature.
    pub doc: Option<String>,
    /// The C function.
    pub function: LegacyFunction,
    /// What it is called on.
    pub receiver: LegacyReceiver,
    /// Whether it replaces the attribute of a slot of the same name: `METH_COEXIST`.
    pub coexists: bool,
}

impl LegacyMethodDef {
    /// Reads a table, which may be null.
    ///
    /// # Safety
    ///
    /// `table` is null or a valid table of CPython's.
    pub(super) unsafe fn read_table(table: *const cpy_PyMethodDef) -> Result<Vec<Self>, Refusal> {
        // SAFETY: passed on to the caller.
        let definitions = unsafe { entries(table, |definition| definition.ml_name.is_null()) };
        // SAFETY: as above.
        definitions
            .map(|definition| unsafe { Self::read(definition) })
            .collect()
    }

    unsafe fn read(definition: &cpy_PyMethodDef) -> Result<Self, Refusal> {
        // SAFETY: the caller vouches for the strings.
        let (name, doc) = unsafe { (read_text(definition.ml_name), read_text(definition.ml_doc)) };
        let name = name.unwrap_or_default();
        let (function, flags) = (definition.ml_meth, definition.ml_flags);
        const BINDING: c_int = METH_CLASS | METH_STATIC | METH_COEXIST;
        // SAFETY: the flags say which type the function has, by the caller's promise.
        let function = unsafe {
            match flags & !BINDING {
                METH_NOARGS => cpy_PyCFunction::read(function).map(LegacyFunction::NoArgs),
                METH_O => cpy_PyCFunction::read(function).map(LegacyFunction::O),
                METH_VARARGS => cpy_PyCFunction::read(function).map(LegacyFunction::VarArgs),
                flags if flags == METH_VARARGS | METH_KEYWORDS => {
                    cpy_PyCFunctionWithKeywords::read(function).map(LegacyFunction::Keywords)
                }
                METH_FASTCALL => cpy_PyCFunctionFast::read(function).map(LegacyFunction::Fast),
                flags if flags == METH_FASTCALL | METH_KEYWORDS => {
                    let function = cpy_PyCFunctionFastWithKeywords::read(function);
                    function.map(LegacyFunction::FastKeywords)
                }
                flags if flags == METH_METHOD | METH_FASTCALL | METH_KEYWORDS => {
                    let message = format!("{name}() method: METH_METHOD is not supported");
                    return Err(Refusal::system_error(message));
                }
                // CPython's words.
                _ => {
                    let message = format!("{name}() method: bad call flags");
                    return Err(Refusal::system_error(message));
                }
            }
        };
        let receiver = match flags & (METH_CLASS | METH_STATIC) {
            0 => LegacyReceiver::Instance,
            METH_CLASS => LegacyReceiver::Class,
            METH_STATIC => LegacyReceiver::Nothing,
            _ => {
                let message = "method cannot be both class and static";
                return Err(Refusal::value_error(message));
            }
        };
        let Some(function) = function else {
            let message = format!("method '{name}' has no function");
            return Err(Refusal::system_error(message));
        };
        let coexists = flags & METH_COEXIST != 0;
        Ok(Self {
            name,
            doc,
            function,
            receiver,
            coexists,
        })
    }
}

/// An attribute behind functions of CPython's API.
pub type LegacyGetSetDef = GetSetDef<cpy_getter, cpy_setter>;

impl LegacyGetSetDef {
    unsafe fn read_legacy(definition: &cpy_PyGetSetDef) -> Self {
        // SAFETY: the caller vouches for the strings and for the types of the functions.
        unsafe {
            Self {
                name: read_text(definition.name).unwrap_or_default(),
                doc: read_text(definition.doc),
                getter: cpy_getter::read(definition.get),
                setter: cpy_setter::read(definition.set),
                closure: definition.closure,
            }
        }
    }
}

/// What a legacy type has besides HPy's definitions.
#[derive(Debug, Clone, Default)]
pub struct LegacyDef {
    /// The slots.
    pub slots: LegacySlots,
    /// Methods.
    pub methods: Vec<LegacyMethodDef>,
    /// Attributes behind functions.
    pub getsets: Vec<LegacyGetSetDef>,
}

/// The contents of a table of slots.
#[derive(Default)]
pub(super) struct LegacyTable {
    /// The docstring, which counts for more than HPy's.
    pub doc: Option<String>,
    /// Members of the struct.
    pub members: Vec<MemberDef>,
    /// All else.
    pub rest: LegacyDef,
}

impl LegacyTable {
    /// Reads the slots of a type.
    ///
    /// # Safety
    ///
    /// `table` is null or a valid table of CPython's.
    pub(super) unsafe fn read(
        type_name: &str,
        table: *const cpy_PyType_Slot,
    ) -> Result<Self, Refusal> {
        let mut read = Self::default();
        let legacy = &mut read.rest;
        // SAFETY: passed on to the caller.
        for slot in unsafe { entries(table, |slot| slot.slot == 0) } {
            let contents = slot.pfunc;
            // SAFETY: the caller vouches for what each slot holds.
            unsafe {
                match slot.slot {
                    PY_TP_DOC => read.doc = read_text(contents.cast()),
                    PY_TP_METHODS => legacy.methods = LegacyMethodDef::read_table(contents.cast())?,
                    PY_TP_MEMBERS => read.members = read_members(contents.cast())?,
                    PY_TP_GETSET => {
                        let table: *const cpy_PyGetSetDef = contents.cast();
                        let all = entries(table, |definition| definition.name.is_null());
                        legacy.getsets = all.map(|one| LegacyGetSetDef::read_legacy(one)).collect();
                    }
                    // What they are for is not needed: a `PyObject *` in a struct counts as
                    // a reference from outside of what the collector looks at.
                    PY_TP_TRAVERSE | PY_TP_CLEAR => {}
                    number if legacy.slots.fill(number, contents) => {}
                    number => return Err(refused_slot(type_name, number)),
                }
            }
        }
        Ok(read)
    }
}

fn refused_slot(type_name: &str, number: c_int) -> Refusal {
    match UNSUPPORTED.iter().find(|(_, other)| *other == number) {
        Some((name, _)) => Refusal::system_error(format!(
            "type '{type_name}' fills the legacy slot Py_{name}, which is not supported; HPy has a \
             slot or parameter for the same purpose"
        )),
        // CPython's words.
        None => Refusal::new(RefusalClass::RuntimeError, "invalid slot offset"),
    }
}

unsafe fn read_members(table: *const cpy_PyMemberDef) -> Result<Vec<MemberDef>, Refusal> {
    // SAFETY: the caller vouches for the table.
    let definitions = unsafe { entries(table, |definition| definition.name.is_null()) };
    let members = definitions.map(|definition| {
        let cpy_PyMemberDef {
            name,
            r#type,
            offset,
            flags,
            doc,
        } = *definition;
        let member = HPyMember {
            name,
            r#type,
            offset: HPy_ssize_t::from(offset),
            readonly: flags & 1,
            doc,
        };
        // SAFETY: the caller vouches for the strings.
        let member = unsafe { MemberDef::read(&member) }?;
        Ok(MemberDef {
            is_legacy: true,
            ..member
        })
    });
    members.collect()
}

/// The entries of a table, which may be null, up to one that ends it.
///
/// # Safety
///
/// `table` is null or points to valid entries, the last of which ends it.
unsafe fn entries<'a, T: 'a>(
    table: *const T,
    is_end: impl Fn(&T) -> bool,
) -> impl Iterator<Item = &'a T> {
    let mut next = table;
    std::iter::from_fn(move || {
        // SAFETY: the end has not been passed, by the caller's promise.
        let entry = unsafe { next.as_ref() }.filter(|entry| !is_end(entry))?;
        // SAFETY: an entry stood here, so at least the end follows.
        next = unsafe { next.add(1) };
        Some(entry)
    })
}
