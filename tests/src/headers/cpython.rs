//! What the loader says of CPython's structures, which hybrid modules share, judged by the
//! headers of the CPython that builds them.

use super::Fact;
use super::definitions::{member_size_fact, offset_fact, size_behind, size_fact};
use hpy_loader::abi::method_flags::*;
use hpy_loader::abi::other_legacy_slots::*;
use hpy_loader::abi::*;

/// What is to be included.
pub const HEADERS: &str = "#include <Python.h>\n#include <structmember.h>\n";

macro_rules! layouts {
    ($($name:ident { $($member:ident,)* })*) => {{
        let mut facts = Vec::new();
        $(
            let name = stringify!($name).trim_start_matches("cpy_");
            facts.push(size_fact(name, size_of::<$name>()));
            $(
                let member = stringify!($member).trim_start_matches("r#");
                facts.push(offset_fact(name, member, std::mem::offset_of!($name, $member)));
                let size = size_behind(|of: &$name| &of.$member);
                facts.push(member_size_fact(name, member, size));
            )*
        )*
        facts
    }};
}

macro_rules! constants {
    ($($name:ident = $value:expr,)*) => {
        vec![$((stringify!($name).to_owned(), i64::from($value)),)*]
    };
}

/// Sizes, members, flags and the numbers of slots and types.
pub fn facts() -> Vec<Fact> {
    let mut facts = layouts! {
        cpy_PyObject { ob_refcnt, ob_type, }
        cpy_PyTypeObject {
            ob_base, tp_name, tp_basicsize, tp_itemsize, tp_dealloc, tp_vectorcall_offset,
            tp_getattr, tp_setattr, tp_as_async, tp_repr, tp_as_number, tp_as_sequence,
            tp_as_mapping, tp_hash, tp_call, tp_str, tp_getattro, tp_setattro, tp_as_buffer,
            tp_flags, tp_doc, tp_traverse, tp_clear, tp_richcompare, tp_weaklistoffset, tp_iter,
            tp_iternext, tp_methods, tp_members, tp_getset, tp_base, tp_dict, tp_descr_get,
            tp_descr_set, tp_dictoffset, tp_init, tp_alloc, tp_new, tp_free, tp_is_gc, tp_bases,
            tp_mro, tp_cache, tp_subclasses, tp_weaklist, tp_del, tp_version_tag, tp_finalize,
            tp_vectorcall,
        }
        cpy_PyMethodDef { ml_name, ml_meth, ml_flags, ml_doc, }
        cpy_PyMemberDef { name, r#type, offset, flags, doc, }
        cpy_PyGetSetDef { name, get, set, doc, closure, }
        cpy_PyType_Slot { slot, pfunc, }
    };
    // In C the base is a structure with the length of variable objects behind it.
    facts.retain(|fact| fact.subject != "size of PyTypeObject.ob_base");
    facts.push(size_fact("PyHeapTypeObject", SIZE_OF_HEAP_TYPE));
    let mut constants = constants! {
        METH_VARARGS = METH_VARARGS,
        METH_KEYWORDS = METH_KEYWORDS,
        METH_NOARGS = METH_NOARGS,
        METH_O = METH_O,
        METH_CLASS = METH_CLASS,
        METH_STATIC = METH_STATIC,
        METH_COEXIST = METH_COEXIST,
        METH_FASTCALL = METH_FASTCALL,
        METH_METHOD = METH_METHOD,
        READONLY = 1,
        Py_tp_clear = PY_TP_CLEAR,
        Py_tp_doc = PY_TP_DOC,
        Py_tp_methods = PY_TP_METHODS,
        Py_tp_traverse = PY_TP_TRAVERSE,
        Py_tp_members = PY_TP_MEMBERS,
        Py_tp_getset = PY_TP_GETSET,
    };
    let slots = LegacySlots::ALL.iter().chain(UNSUPPORTED);
    constants.extend(slots.map(|(name, number)| (format!("Py_{name}"), i64::from(*number))));
    // The types of members have HPy's names, and CPython's numbers.
    for (name, number) in HPyMember_FieldType::ALL {
        let name = name.trim_start_matches("HPyMember_");
        let name = name.replace("HPYSSIZET", "PYSSIZET");
        constants.push((format!("T_{name}"), number.0.into()));
    }
    facts.extend(
        constants
            .into_iter()
            .map(|(name, value)| Fact::value(format!("value of {name}"), name, value)),
    );
    facts
}
