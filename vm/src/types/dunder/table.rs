//! What this VM does with the names of slots, from the loader's list of them.

use super::Dunder;
use hpy_loader::for_each_dunder;
use hpy_loader::runtime::CompareOp;

macro_rules! dunders {
    ($($name:literal = $kind:ident $(($op:ident))? $slot:ident $(as $twin:ident)?;)*) => {
        pub(super) static DUNDERS: &[Dunder] = &[$(Dunder {
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
