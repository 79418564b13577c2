//! Attributes behind functions and in native structs: getsets and members.

use super::function::{Code, OWNER, RECEIVER};
use crate::heap::Local;
use crate::vm::{Result, Vm};
use hpy_loader::member;

/// What a function is as an attribute of a class.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Accessor {
    /// Nothing special.
    None,
    /// Becomes a bound method.
    Function,
    /// Is read and written through C functions.
    GetSet,
    /// Is read and written in the native struct.
    Member,
}

impl Vm {
    /// What the object is as an attribute of a class; `None` if it is no function.
    pub(crate) fn accessor(&self, object: &Local) -> Option<Accessor> {
        let has_receiver = || self.heap.get(object, RECEIVER).is_some();
        Some(match self.code_of(object)? {
            Code::Native { binds, .. } if !binds => Accessor::None,
            Code::GetSet { .. } => Accessor::GetSet,
            Code::Member { .. } => Accessor::Member,
            _ if has_receiver() => Accessor::None,
            _ => Accessor::Function,
        })
    }

    pub(super) fn check_owner(&self, accessor: &Local, object: &Local) -> Result<()> {
        match self.heap.get(accessor, OWNER) {
            Some(owner) if !self.is_instance(object, &owner) => {
                let name = self.function_name(accessor);
                let owner = self.type_name_of(&owner);
                let message = format!(
                    "descriptor '{name}' for '{owner}' objects doesn't apply to a '{{}}' object"
                );
                Err(self.type_error(&message, &[object]))
            }
            _ => Ok(()),
        }
    }

    /// Reads an attribute that lies in C.
    pub(crate) fn read_accessor(&self, accessor: &Local, object: &Local) -> Result {
        self.check_owner(accessor, object)?;
        match self.code_of(accessor) {
            Some(Code::GetSet { loader, definition }) => {
                let Some(getter) = definition.getter else {
                    return Err(self.no_access(accessor, object, "readable"));
                };
                let args = (object.to_object(), definition.closure);
                self.rooted(loader.call_slot(getter, args))
            }
            Some(Code::Member { loader, definition }) => {
                let native = self.native_of(object)?;
                let type_name = self.type_name_for(object);
                // SAFETY: the object is an instance of the class that has the
                // member, and `object` keeps its struct.
                self.rooted(unsafe { member::get(loader, definition, &type_name, native) })
            }
            _ => unreachable!("the caller has looked"),
        }
    }

    fn no_access(&self, accessor: &Local, object: &Local, what: &str) -> Local {
        let name = self.function_name(accessor);
        let class = self.type_name_for(object);
        let message = format!("attribute '{name}' of '{class}' objects is not {what}");
        self.error("AttributeError", &message)
    }

    pub(super) fn native_of(&self, object: &Local) -> Result<*mut std::ffi::c_void> {
        let native = self.heap.native(object);
        native.ok_or_else(|| self.error("TypeError", "the object has no native struct"))
    }

    /// Writes an attribute that lies in C; no value deletes.
    pub(crate) fn write_accessor(
        &self,
        accessor: &Local,
        object: &Local,
        value: Option<&Local>,
    ) -> Result<()> {
        self.check_owner(accessor, object)?;
        match self.code_of(accessor) {
            Some(Code::GetSet { loader, definition }) => {
                let Some(setter) = definition.setter else {
                    return Err(self.no_access(accessor, object, "writable"));
                };
                let value = value.map(Local::to_object);
                let args = (object.to_object(), value, definition.closure);
                self.rooted_error(loader.call_slot(setter, args))
            }
            Some(Code::Member { loader, definition }) => {
                let native = self.native_of(object)?;
                let value = value.map(Local::to_object);
                let type_name = self.type_name_for(object);
                // SAFETY: as in `read_accessor`; the VM has one thread.
                self.rooted_error(unsafe {
                    member::set(loader, definition, &type_name, native, value)
                })
            }
            _ => unreachable!("the caller has looked"),
        }
    }
}
