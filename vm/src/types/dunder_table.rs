//! The names by which Python knows the slots, from the loader's list of them.

use crate::host::RustPython;
use hpy_loader::abi::{LegacySlots, Slots};
use hpy_loader::call::wrapper::WrapperCall;
use hpy_loader::runtime::CompareOp;
use hpy_loader::{for_each_dunder, for_each_legacy_dunder};
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

/// One name of one slot of CPython's own API.
pub struct LegacyDunder {
    pub name: &'static str,
    /// Whether a type fills the slot.
    pub is_filled: fn(&LegacySlots) -> bool,
    /// Calls the slot function of the type that the attribute belongs to.
    pub call: fn(&LegacySlots, WrapperCall<'_, RustPython, VirtualMachine>) -> PyResult,
}

macro_rules! called {
    ($call:ident call $function:ident) => {
        $call.call_legacy($function)
    };
    ($call:ident $kind:ident $function:ident $($op:expr)?) => {
        $call.$kind($function $(, $op)?)
    };
}

macro_rules! legacy_dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident $(as $twin:ident)?;)*) => {
        pub static LEGACY_DUNDERS: &[LegacyDunder] = &[$(LegacyDunder {
            name: $name,
            is_filled: |slots| slots.$slot.is_some(),
            call: |slots, call| match slots.$slot {
                Some(function) => called!(call $kind function $(CompareOp::$op)?),
                None => Err(call.vm.new_system_error("an attribute for an empty slot")),
            },
        },)*];
    };
}

for_each_legacy_dunder!(legacy_dunders);
