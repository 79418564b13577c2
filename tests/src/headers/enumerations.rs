//! What the loader says about the enums of the headers.

use super::{Claim, Fact};
use hpy_loader::abi::*;

macro_rules! values {
    ($facts:ident: $($name:ident)*) => { $(
        for (name, value) in $name::ALL {
            $facts.push(Fact::value(
                format!("value of {name}"),
                (*name).to_owned(),
                i64::from(value.0),
            ));
        }
    )* };
}

macro_rules! complete {
    ($facts:ident: $($name:ident)*) => { $(
        $facts.push(Fact {
            subject: concat!("values of ", stringify!($name)).to_owned(),
            claim: Claim::Complete {
                enumeration: stringify!($name).to_owned(),
                names: $name::ALL.iter().map(|(name, _)| *name).collect(),
            },
        });
    )* };
}

/// The value of each enumerator, and that no enumerator is missing.
pub fn facts() -> Vec<Fact> {
    let mut facts = Vec::new();
    values! { facts:
        HPyDef_Kind HPyFunc_Signature HPyMember_FieldType HPyType_BuiltinShape
        HPyType_SpecParam_Kind HPy_SourceKind _HPyCapsule_key HPy_RichCmpOp HPySlot_Slot
    }
    // Of HPyFunc_Signature only the first four values reach a loader: the
    // others serve the macros of the headers.
    complete! { facts:
        HPyDef_Kind HPyMember_FieldType HPyType_BuiltinShape
        HPyType_SpecParam_Kind HPy_SourceKind _HPyCapsule_key HPy_RichCmpOp HPySlot_Slot
    }
    facts
}
