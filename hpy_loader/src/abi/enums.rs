//! C enums as integer newtypes.

use std::ffi::c_int;

macro_rules! c_enum {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $value:literal,)* })*) => { $(
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub c_int);

        #[allow(non_upper_case_globals, missing_docs)]
        impl $name {
            $(pub const $variant: Self = Self($value);)*
            /// Every value that the headers name, with its name.
            pub const ALL: &[(&str, Self)] = &[$((stringify!($variant), Self($value)),)*];
            /// The name of this value in the headers, if it has one.
            pub fn name(self) -> Option<&'static str> {
                Self::ALL.iter().find(|(_, value)| *value == self).map(|(name, _)| *name)
            }
        }
    )* };
}

c_enum! {
    /// Which member of the union in an [`HPyDef`](super::HPyDef) is in use.
    HPyDef_Kind {
        HPyDef_Kind_Slot = 1,
        HPyDef_Kind_Meth = 2,
        HPyDef_Kind_Member = 3,
        HPyDef_Kind_GetSet = 4,
    }

    /// The C signature of a method. The header lists more values after these,
    /// which only its own macros use.
    HPyFunc_Signature {
        HPyFunc_VARARGS = 1,
        HPyFunc_KEYWORDS = 2,
        HPyFunc_NOARGS = 3,
        HPyFunc_O = 4,
    }

    /// The C type of a member of a native struct.
    HPyMember_FieldType {
        HPyMember_SHORT = 0,
        HPyMember_INT = 1,
        HPyMember_LONG = 2,
        HPyMember_FLOAT = 3,
        HPyMember_DOUBLE = 4,
        HPyMember_STRING = 5,
        HPyMember_OBJECT = 6,
        HPyMember_CHAR = 7,
        HPyMember_BYTE = 8,
        HPyMember_UBYTE = 9,
        HPyMember_USHORT = 10,
        HPyMember_UINT = 11,
        HPyMember_ULONG = 12,
        HPyMember_STRING_INPLACE = 13,
        HPyMember_BOOL = 14,
        HPyMember_OBJECT_EX = 16,
        HPyMember_LONGLONG = 17,
        HPyMember_ULONGLONG = 18,
        HPyMember_HPYSSIZET = 19,
        HPyMember_NONE = 20,
    }

    /// The builtin type that the native struct of a type is attached to.
    HPyType_BuiltinShape {
        HPyType_BuiltinShape_Legacy = -1,
        HPyType_BuiltinShape_Object = 0,
        HPyType_BuiltinShape_Type = 1,
        HPyType_BuiltinShape_Long = 2,
        HPyType_BuiltinShape_Float = 3,
        HPyType_BuiltinShape_Unicode = 4,
        HPyType_BuiltinShape_Tuple = 5,
        HPyType_BuiltinShape_List = 6,
    }

    /// What an [`HPyType_SpecParam`](super::HPyType_SpecParam) says.
    HPyType_SpecParam_Kind {
        HPyType_SpecParam_Base = 1,
        HPyType_SpecParam_BasesTuple = 2,
        HPyType_SpecParam_Metaclass = 3,
    }

    /// How `HPy_Compile_s` reads its source.
    HPy_SourceKind {
        HPy_SourceKind_Expr = 0,
        HPy_SourceKind_File = 1,
        HPy_SourceKind_Single = 2,
    }

    /// A member of a capsule.
    _HPyCapsule_key {
        HPyCapsule_key_Pointer = 0,
        HPyCapsule_key_Name = 1,
        HPyCapsule_key_Context = 2,
        HPyCapsule_key_Destructor = 3,
    }

    /// The operator of a rich comparison.
    HPy_RichCmpOp {
        HPy_LT = 0,
        HPy_LE = 1,
        HPy_EQ = 2,
        HPy_NE = 3,
        HPy_GT = 4,
        HPy_GE = 5,
    }
}
