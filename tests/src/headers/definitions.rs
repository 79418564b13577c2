//! What the loader says about the structs and functions of an extension.

use super::Fact;
use super::c_type::CType;
use hpy_loader::abi::*;

/// Sizes and members of the definition structs, sizes of the opaque words,
/// types of the functions that an extension implements.
pub fn facts() -> Vec<Fact> {
    let mut facts = layouts();
    facts.extend(words());
    facts.extend(function_types());
    facts
}

pub(super) fn size_fact(name: &str, size: usize) -> Fact {
    Fact::value(
        format!("size of {name}"),
        format!("sizeof({name})"),
        size as i64,
    )
}

pub(super) fn offset_fact(name: &str, member: &str, offset: usize) -> Fact {
    Fact::value(
        format!("offset of {name}.{member}"),
        format!("offsetof({name}, {member})"),
        offset as i64,
    )
}

pub(super) fn member_size_fact(name: &str, member: &str, size: usize) -> Fact {
    Fact::value(
        format!("size of {name}.{member}"),
        format!("sizeof((({name} *)0)->{member})"),
        size as i64,
    )
}

/// The size of what a projection leads to, from its type alone.
pub(super) fn size_behind<S, M>(_projection: fn(&S) -> &M) -> usize {
    size_of::<M>()
}

macro_rules! layouts {
    ($($name:ident { $($member:ident,)* })*) => {{
        let mut facts = Vec::new();
        $(
            facts.push(size_fact(stringify!($name), size_of::<$name>()));
            $(
                let member = stringify!($member).trim_start_matches("r#");
                let offset = std::mem::offset_of!($name, $member);
                facts.push(offset_fact(stringify!($name), member, offset));
                let size = size_behind(|of: &$name| &of.$member);
                facts.push(member_size_fact(stringify!($name), member, size));
            )*
        )*
        facts
    }};
}

fn layouts() -> Vec<Fact> {
    let mut facts = layouts! {
        HPySlot { slot, r#impl, cpy_trampoline, }
        HPyMeth { name, r#impl, cpy_trampoline, signature, doc, }
        HPyMember { name, r#type, offset, readonly, doc, }
        HPyGetSet {
            name, getter_impl, setter_impl, getter_cpy_trampoline, setter_cpy_trampoline,
            doc, closure,
        }
        HPyDef { kind, }
        HPyModuleDef { doc, size, legacy_methods, defines, globals, }
        HPyType_Spec {
            name, basicsize, itemsize, flags, builtin_shape, legacy_slots, defines, doc,
        }
        HPyType_SpecParam { kind, object, }
        HPyCapsule_Destructor { cpy_trampoline, r#impl, }
        HPyCallFunction { cpy_trampoline, r#impl, }
        HPy_buffer {
            buf, obj, len, itemsize, readonly, ndim, format, shape, strides, suboffsets,
            internal,
        }
    };
    // The union has no name in C: its members are members of HPyDef there.
    for member in ["slot", "meth", "member", "getset"] {
        let offset = std::mem::offset_of!(HPyDef, definition);
        facts.push(offset_fact("HPyDef", member, offset));
    }
    facts
}

macro_rules! words {
    ($($name:ident)*) => { vec![$(size_fact(stringify!($name), size_of::<$name>())),*] };
}

fn words() -> Vec<Fact> {
    words! {
        HPy HPyField HPyGlobal HPyListBuilder HPyTupleBuilder HPyTracker HPyThreadState
        HPy_ssize_t HPy_hash_t HPy_UCS4 size_t wchar_t HPyCFunction
        HPyDef_Kind HPyFunc_Signature HPyMember_FieldType HPyType_BuiltinShape
        HPyType_SpecParam_Kind HPy_SourceKind _HPyCapsule_key HPy_RichCmpOp HPySlot_Slot
    }
}

macro_rules! function_types {
    ($($name:ident)*) => { vec![$(
        Fact::of_type(
            concat!("type ", stringify!($name)).to_owned(),
            concat!("(", stringify!($name), ")0").to_owned(),
            <$name as CType>::c(),
        )
    ),*] };
}

fn function_types() -> Vec<Fact> {
    function_types! {
        HPyFunc_noargs HPyFunc_o HPyFunc_varargs HPyFunc_keywords
        HPyFunc_unaryfunc HPyFunc_binaryfunc HPyFunc_ternaryfunc HPyFunc_inquiry HPyFunc_lenfunc
        HPyFunc_ssizeargfunc HPyFunc_ssizeobjargproc HPyFunc_objobjargproc HPyFunc_objobjproc
        HPyFunc_hashfunc HPyFunc_richcmpfunc HPyFunc_initproc HPyFunc_newfunc
        HPyFunc_getter HPyFunc_setter HPyFunc_getbufferproc HPyFunc_releasebufferproc
        HPyFunc_visitproc HPyFunc_traverseproc HPyFunc_destructor HPyFunc_destroyfunc
        HPyFunc_mod_create HPyFunc_Capsule_Destructor
    }
}
