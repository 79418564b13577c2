//! The names that an extension's slots go by, and how a call of such a name
//! becomes a call of the slot: CPython's slot wrappers.
//!
//! The VM has no slots of its own. All its operations look names up, so these
//! names are how an operation reaches C, how a class of the language overrides
//! a slot, and how it calls the one that it overrides.

mod kinds;

use super::class::Definition;
use crate::heap::{Local, Object};
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::abi::*;
use hpy_loader::for_each_dunder;
use hpy_loader::runtime::CompareOp;

/// One name of a slot.
pub(crate) struct Dunder {
    /// The name.
    pub name: &'static str,
    /// Whether a type fills the slot.
    pub is_filled: fn(&Slots) -> bool,
    /// Calls the slot.
    pub call: fn(&Vm, Definition, Local, Arguments) -> Result,
}

/// A call of a name. Everything in it is rooted until the loader takes it.
struct Wrapped<'a, F> {
    vm: &'a Vm,
    definition: Definition,
    function: F,
    this: Local,
    arguments: Arguments,
}

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident $(as $twin:ident)?;)*) => {
        /// All names: the loader's list. What it says of twins concerns VMs that
        /// have slots of their own.
        pub(crate) static DUNDERS: &[Dunder] = &[$(Dunder {
            name: $name,
            is_filled: |slots| slots.$slot.is_some(),
            call: |vm, definition, this, arguments| {
                match definition.type_def.slots.$slot {
                    Some(function) => {
                        let wrapped = Wrapped { vm, definition, function, this, arguments };
                        wrapped.$kind($(CompareOp::$op)?)
                    }
                    None => Err(vm.error("SystemError", "a name for an empty slot")),
                }
            },
        },)*];
    };
}

for_each_dunder! { dunders; "__new__" = make tp_new; }

impl<F: Copy> Wrapped<'_, F> {
    fn exactly<const N: usize>(&self) -> Result<[Local; N]> {
        let count = self.arguments.positional.len();
        if !self.arguments.keywords.is_empty() {
            let message = "wrapper takes no keyword arguments";
            return Err(self.vm.error("TypeError", message));
        }
        <[Local; N]>::try_from(self.arguments.positional.clone()).map_err(|_| {
            let s = if N == 1 { "" } else { "s" };
            let message = format!("expected {N} argument{s}, got {count}");
            self.vm.error("TypeError", &message)
        })
    }

    fn one_or_two(&self) -> Result<(Local, Local)> {
        match &*self.arguments.positional {
            [one] => Ok((one.clone(), self.vm.none())),
            [one, two] => Ok((one.clone(), two.clone())),
            _ => {
                let count = self.arguments.positional.len();
                let message = format!("expected 1 or 2 arguments, got {count}");
                Err(self.vm.error("TypeError", &message))
            }
        }
    }

    fn done(&self, result: std::result::Result<(), Object>) -> Result {
        self.vm.rooted_error(result)?;
        Ok(self.vm.none())
    }

    /// The keywords as a dict, if there are any.
    fn keyword_dict(&self) -> Result<Option<Local>> {
        if self.arguments.keywords.is_empty() {
            return Ok(None);
        }
        let dict = self.vm.dict();
        for (name, value) in &self.arguments.keywords {
            self.vm.dict_set(&dict, name, value)?;
        }
        Ok(Some(dict))
    }

    fn index(&self, index: &Local) -> Result<isize> {
        self.vm.index_of(index, "OverflowError")
    }

    /// An index counted from the front, as `sq_item` gets it.
    fn index_from_front(&self, index: &Local) -> Result<isize> {
        let index = self.index(index)?;
        if index >= 0
            || self
                .vm
                .lookup(&self.vm.class_of(&self.this), "__len__")
                .is_none()
        {
            return Ok(index);
        }
        Ok(index + self.vm.length(&self.this)?.cast_signed())
    }
}
