//! Modules.

use super::{LegacyMethodDef, LegacyReceiver, MethodDef, Refusal, read_defines, read_text};
use crate::abi::*;

/// What an extension says about its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleDef {
    /// The docstring.
    pub doc: Option<String>,
    /// The functions.
    pub methods: Vec<MethodDef>,
    /// The functions that take CPython's objects.
    pub legacy_methods: Vec<LegacyMethodDef>,
    /// `HPy_mod_create`: makes the module instead of the runtime.
    pub create: Option<HPyFunc_mod_create>,
    /// `HPy_mod_exec`, in order.
    pub exec: Vec<HPyFunc_mod_exec>,
}

const NOTHING_BESIDE_CREATE: &str = "This is not allowed because a custom HPy_mod_create slot \
     cannot return a builtin module object and makes no use of any other data in the HPyModuleDef. \
     Either leave out the HPy_mod_create slot, so that the runtime creates the module, or define \
     nothing else.";

impl ModuleDef {
    /// Reads and checks a definition. `no_legacy` says why there are no legacy methods, if so.
    ///
    /// # Safety
    ///
    /// `definition` is what a module's `HPyInit_<name>` returned.
    pub unsafe fn read(
        definition: &HPyModuleDef,
        no_legacy: Option<&'static str>,
    ) -> Result<Self, Refusal> {
        if definition.size < 0 {
            let message = "HPy does not permit HPyModuleDef.size < 0";
            return Err(Refusal::system_error(message));
        }
        if definition.size > 0 {
            let message = "Module state is not supported yet in HPy, set HPyModuleDef.size = 0 if \
                           module state is not needed";
            return Err(Refusal::system_error(message));
        }
        if let (false, Some(reason)) = (definition.legacy_methods.is_null(), no_legacy) {
            let message = format!(
                "HPyModuleDef.legacy_methods need CPython's own API, which is not to be had, since \
                 {reason}"
            );
            return Err(Refusal::system_error(message));
        }
        let mut module = Self {
            // SAFETY: the caller vouches for the definition.
            doc: unsafe { read_text(definition.doc) },
            methods: Vec::new(),
            // SAFETY: as above.
            legacy_methods: unsafe {
                LegacyMethodDef::read_table(definition.legacy_methods.cast_const().cast())
            }?,
            create: None,
            exec: Vec::new(),
        };
        // SAFETY: the caller vouches for the definition.
        for define in unsafe { read_defines(definition.defines) } {
            // SAFETY: `kind` tells which member of the union is in use.
            unsafe { module.add(define) }?;
        }
        let has_receiver = |method: &LegacyMethodDef| method.receiver == LegacyReceiver::Instance;
        if !module.legacy_methods.iter().all(has_receiver) {
            // CPython's words.
            let message = "module functions cannot set METH_CLASS or METH_STATIC";
            return Err(Refusal::value_error(message));
        }
        let default = definition.doc.is_null()
            && definition.globals.is_null()
            && definition.legacy_methods.is_null();
        let beside = match module.create {
            None => return Ok(module),
            Some(_) if !module.methods.is_empty() || !module.exec.is_empty() => {
                "some other slots or methods"
            }
            Some(_) if !default => "some of the other fields are not set to their default value",
            Some(_) => return Ok(module),
        };
        Err(Refusal::system_error(format!(
            "HPyModuleDef defines a HPy_mod_create slot and {beside}. {NOTHING_BESIDE_CREATE}"
        )))
    }

    /// # Safety
    ///
    /// As [`MethodDef::read`].
    unsafe fn add(&mut self, define: &HPyDef) -> Result<(), Refusal> {
        match define.kind {
            HPyDef_Kind::HPyDef_Kind_Meth => {
                // SAFETY: the kind says that this member is in use.
                let method = unsafe { MethodDef::read(&define.definition.meth) }?;
                self.methods.push(method);
            }
            HPyDef_Kind::HPyDef_Kind_Slot => {
                // SAFETY: the kind says that this member is in use.
                let HPySlot {
                    slot,
                    r#impl: function,
                    ..
                } = unsafe { define.definition.slot };
                let mut slots = Slots::default();
                // SAFETY: the extension gives a function of the slot's type.
                let known = unsafe { slots.fill(slot, function) };
                match slot {
                    HPySlot_Slot::HPy_mod_create if self.create.is_some() => {
                        let message = "Multiple definitions of the HPy_mod_create slot in \
                                       HPyModuleDef.defines.";
                        return Err(Refusal::system_error(message));
                    }
                    HPySlot_Slot::HPy_mod_create if known => self.create = slots.mod_create,
                    HPySlot_Slot::HPy_mod_exec if known => self.exec.extend(slots.mod_exec),
                    _ => {
                        let message = format!(
                            "Unsupported slot in HPyModuleDef.defines (value: {}).",
                            slot.0
                        );
                        return Err(Refusal::system_error(message));
                    }
                }
            }
            // CPython ignores members and attributes of a module.
            _ => {}
        }
        Ok(())
    }
}
