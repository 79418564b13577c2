//! The names by which Python knows the slots, from the loader's list of them.

use crate::host::RustPython;
use hpy_loader::abi::Slots;
use hpy_loader::call::wrapper::WrapperCall;
use hpy_loader::for_each_dunder;
use hpy_loader::runtime::CompareOp;
use rustpython_vm::{PyResult, VirtualMachine};

/// One name of one slot.
pub struct Dunder {
    pub name: &'static str,
    pub slot: &'static str,
    /// Whether a type fills the slot.
    pub is_filled: fn(&Slots) -> bool,
    /// The name of another slot that the function fills in subclasses, or nothing.
    pub twin: &'static str,
    /// Copies what subclasses inherit from the second table to the first.
    pub offer: fn(&mut Slots, &Slots),
    /// Calls the slot function of the type that the attribute belongs to.
    pub call: fn(&Slots, WrapperCall<'_, RustPython, VirtualMachine>) -> PyResult,
}

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident $(as $twin:ident)?;)*) => {
        pub static DUNDERS: &[Dunder] = &[$(Dunder {
            name: $name,
            slot: stringify!($slot),
            twin: [$(stringify!($twin),)? ""][0],
            is_filled: |slots| slots.$slot.is_some(),
            offer: |to, from| {
                to.$slot = from.$slot;
                $(to.$twin = from.$slot;)?
            },
            call: |slots, call| match slots.$slot {
                Some(function) => call.$kind(function $(, CompareOp::$op)?),
                None => Err(call.vm.new_system_error("an attribute for an empty slot")),
            },
        },)*];
    };
}

for_each_dunder!(dunders;);
