//! The names that an extension's slots go by, and how a call of such a name
//! becomes a call of the slot: CPython's slot wrappers.
//!
//! The VM has no slots of its own. All its operations look names up, so these
//! names are how an operation reaches C, how a class of the language overrides
//! a slot, and how it calls the one that it overrides.

use super::class::Definition;
use crate::heap::{Local, Object};
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::abi::*;
use hpy_loader::call::wrapper::{SlotWrappers, WrapperCall};
use hpy_loader::for_each_dunder;
use hpy_loader::runtime::CompareOp;

/// One name of a slot.
pub(crate) struct Dunder {
    /// The name.
    pub name: &'static str,
    /// Whether a type fills the slot.
    pub is_filled: fn(&Slots) -> bool,
    /// Calls the slot.
    call: fn(&Slots, WrapperCall<'_, Vm, Vm>) -> Result,
}

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident $(as $twin:ident)?;)*) => {
        /// All names: the loader's list. What it says of twins concerns VMs that
        /// have slots of their own.
        pub(crate) static DUNDERS: &[Dunder] = &[$(Dunder {
            name: $name,
            is_filled: |slots| slots.$slot.is_some(),
            call: |slots, call| match slots.$slot {
                Some(function) => call.$kind(function $(, CompareOp::$op)?),
                None => Err(call.vm.error("SystemError", "a name for an empty slot")),
            },
        },)*];
    };
}

for_each_dunder! { dunders; "__new__" = new_instance tp_new; }

impl Dunder {
    /// Calls the slot of a type.
    pub(crate) fn call(
        &self,
        vm: &Vm,
        definition: Definition,
        this: Local,
        arguments: Arguments,
    ) -> Result {
        let call = WrapperCall {
            vm,
            loader: definition.loader,
            name: self.name,
            this,
            args: arguments.positional,
            keywords: arguments.keywords,
        };
        (self.call)(&definition.type_def.slots, call)
    }
}

impl SlotWrappers<Vm> for Vm {
    type Value = Local;
    type Error = Local;
    type Keywords = Vec<(Local, Local)>;

    fn object(&self, value: Local) -> Object {
        value.to_object()
    }

    fn value(&self, object: Object) -> Local {
        self.heap.root(&object)
    }

    fn error(&self, error: Object) -> Local {
        self.heap.root(&error)
    }

    fn is_none(&self, value: &Local) -> bool {
        Vm::is_none(self, value)
    }

    fn index(&self, value: &Local) -> Result<isize> {
        self.index_of(value, "OverflowError")
    }

    fn length(&self, value: &Local) -> Result<Option<usize>> {
        match self.lookup(&self.class_of(value), "__len__") {
            Some(_) => Vm::length(self, value).map(Some),
            None => Ok(None),
        }
    }

    fn has_keywords(keywords: &Self::Keywords) -> bool {
        !keywords.is_empty()
    }

    fn keyword_dict(&self, keywords: Self::Keywords) -> Result<Option<Local>> {
        if keywords.is_empty() {
            return Ok(None);
        }
        let dict = self.dict();
        for (name, value) in &keywords {
            self.dict_set(&dict, name, value)?;
        }
        Ok(Some(dict))
    }

    fn call(call: WrapperCall<'_, Self, Self>, function: HPyFunc_keywords) -> Result {
        let WrapperCall {
            vm, loader, this, ..
        } = call;
        let own = vm
            .heap
            .companion(&this)
            .and_then(|companion| companion.call());
        let arguments = Arguments {
            positional: call.args,
            keywords: call.keywords,
        };
        vm.call_instance(loader, own.unwrap_or(function), &this, &arguments)
    }
}
