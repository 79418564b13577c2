//! Methods, members and attributes.

use super::{Refusal, read_text};
use crate::abi::*;
use std::ffi::{c_int, c_long, c_short, c_void};

/// A C function by the way it takes its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodFunction {
    /// No arguments.
    NoArgs(HPyFunc_noargs),
    /// One argument.
    O(HPyFunc_o),
    /// Any number of positional arguments.
    VarArgs(HPyFunc_varargs),
    /// Positional and keyword arguments.
    Keywords(HPyFunc_keywords),
}

impl MethodFunction {
    /// The function's address.
    pub(crate) fn address(self) -> HPyCFunction {
        match self {
            Self::NoArgs(function) => function.address(),
            Self::O(function) => function.address(),
            Self::VarArgs(function) => function.address(),
            Self::Keywords(function) => function.address(),
        }
    }
}

/// A method of a type or function of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodDef {
    /// Its name.
    pub name: String,
    /// Its docstring, which may start with a text signature as CPython's do.
    pub doc: Option<String>,
    /// The C function.
    pub function: MethodFunction,
}

impl MethodDef {
    /// # Safety
    ///
    /// `definition` points to valid strings and to a function of its signature.
    pub(super) unsafe fn read(definition: &HPyMeth) -> Result<Self, Refusal> {
        // SAFETY: the caller vouches for the strings.
        let (name, doc) = unsafe { (read_text(definition.name), read_text(definition.doc)) };
        let name = name.ok_or_else(|| Refusal::system_error("HPyMeth without a name"))?;
        let function = definition.r#impl;
        // SAFETY: of the signature's type by the caller's promise.
        let function = unsafe {
            use HPyFunc_Signature as Signature;
            match definition.signature {
                Signature::HPyFunc_NOARGS => {
                    HPyFunc_noargs::read(function).map(MethodFunction::NoArgs)
                }
                Signature::HPyFunc_O => HPyFunc_o::read(function).map(MethodFunction::O),
                Signature::HPyFunc_VARARGS => {
                    HPyFunc_varargs::read(function).map(MethodFunction::VarArgs)
                }
                Signature::HPyFunc_KEYWORDS => {
                    HPyFunc_keywords::read(function).map(MethodFunction::Keywords)
                }
                _ => return Err(Refusal::value_error("Unsupported HPyMeth signature")),
            }
        };
        match function {
            Some(function) => Ok(Self {
                name,
                doc,
                function,
            }),
            None => Err(Refusal::system_error(format!(
                "method '{name}' has no function"
            ))),
        }
    }
}

/// A member of the native struct as an attribute.
#[derive(Debug, Clone)]
pub struct MemberDef {
    /// The attribute's name.
    pub name: String,
    /// Its docstring.
    pub doc: Option<String>,
    /// The C type of the member.
    pub field_type: HPyMember_FieldType,
    /// Offset in the native struct, in bytes; not negative.
    pub offset: usize,
    /// How many bytes of the struct there are from the offset on.
    pub room: usize,
    /// Whether Python must not assign.
    pub readonly: bool,
    /// Whether CPython's structures define it: an object in it is a `PyObject *`, not an
    /// `HPyField`.
    pub is_legacy: bool,
}

impl MemberDef {
    /// # Safety
    ///
    /// `definition` points to valid strings.
    pub(super) unsafe fn read(definition: &HPyMember) -> Result<Self, Refusal> {
        // SAFETY: the caller vouches for the strings.
        let (name, doc) = unsafe { (read_text(definition.name), read_text(definition.doc)) };
        let name = name.ok_or_else(|| Refusal::system_error("HPyMember without a name"))?;
        if definition.r#type.name().is_none() {
            let message = format!(
                "member '{name}' has an unknown type {}",
                definition.r#type.0
            );
            return Err(Refusal::system_error(message));
        }
        let Ok(offset) = usize::try_from(definition.offset) else {
            let message = format!(
                "member '{name}' has the negative offset {}",
                definition.offset
            );
            return Err(Refusal::system_error(message));
        };
        Ok(Self {
            name,
            doc,
            field_type: definition.r#type,
            offset,
            room: 0,
            readonly: definition.readonly != 0,
            is_legacy: false,
        })
    }

    /// Makes sure that the member lies in a struct of `size` bytes, of the type `owner`.
    pub(super) fn place(&mut self, size: usize, owner: &str) -> Result<(), Refusal> {
        let needed = match &*self.name {
            "__vectorcalloffset__" => size_of::<HPyCallFunction>(),
            _ => size_in_struct(self.field_type),
        };
        match size.checked_sub(self.offset) {
            Some(room) if room >= needed => {
                self.room = room;
                Ok(())
            }
            _ => Err(Refusal::system_error(format!(
                "member '{}' of type '{owner}', {needed} bytes at offset {}, does not lie in \
                 the struct of {size} bytes",
                self.name, self.offset
            ))),
        }
    }
}

/// How many bytes of a struct a member of this type takes at least.
const fn size_in_struct(field_type: HPyMember_FieldType) -> usize {
    use HPyMember_FieldType as Type;
    match field_type {
        Type::HPyMember_NONE => 0,
        Type::HPyMember_CHAR
        | Type::HPyMember_BYTE
        | Type::HPyMember_UBYTE
        | Type::HPyMember_BOOL
        | Type::HPyMember_STRING_INPLACE => 1,
        Type::HPyMember_SHORT | Type::HPyMember_USHORT => size_of::<c_short>(),
        Type::HPyMember_INT | Type::HPyMember_UINT => size_of::<c_int>(),
        Type::HPyMember_FLOAT => size_of::<f32>(),
        Type::HPyMember_LONG | Type::HPyMember_ULONG => size_of::<c_long>(),
        // Numbers of 64 bits, pointers, and fields.
        _ => 8,
    }
}

/// An attribute behind C functions.
#[derive(Debug, Clone)]
pub struct GetSetDef<G = HPyFunc_getter, S = HPyFunc_setter> {
    /// The attribute's name.
    pub name: String,
    /// Its docstring.
    pub doc: Option<String>,
    /// Reads it; none: unreadable.
    pub getter: Option<G>,
    /// Writes or deletes it; none: read-only.
    pub setter: Option<S>,
    /// Handed to both.
    pub closure: *mut c_void,
}

// SAFETY: the closure is only handed back to the extension, under the HPy lock.
unsafe impl<G: CFunction, S: CFunction> Send for GetSetDef<G, S> {}
// SAFETY: as above.
unsafe impl<G: CFunction, S: CFunction> Sync for GetSetDef<G, S> {}

impl GetSetDef {
    /// # Safety
    ///
    /// `definition` points to valid strings and functions of the right type.
    pub(super) unsafe fn read(definition: &HPyGetSet) -> Result<Self, Refusal> {
        // SAFETY: the caller vouches for the strings.
        let (name, doc) = unsafe { (read_text(definition.name), read_text(definition.doc)) };
        Ok(Self {
            name: name.ok_or_else(|| Refusal::system_error("HPyGetSet without a name"))?,
            doc,
            // SAFETY: the caller vouches for the types.
            getter: unsafe { HPyFunc_getter::read(definition.getter_impl) },
            // SAFETY: as above.
            setter: unsafe { HPyFunc_setter::read(definition.setter_impl) },
            closure: definition.closure,
        })
    }
}
