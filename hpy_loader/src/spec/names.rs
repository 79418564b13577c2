//! What the functions of definitions are called in Python, for messages about a function of
//! which nothing but its address is known.

use crate::abi::{HPyCFunction, HPySlot_Slot};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::ffi::c_void;
use std::sync::LazyLock;

/// By address. Extensions are never unloaded, so there are no more than they have functions.
static NAMES: LazyLock<Mutex<FxHashMap<usize, Box<str>>>> = LazyLock::new(Mutex::default);

/// Notes that `owner`, a module or a type, has a function. The first name stays.
pub(crate) fn note(function: HPyCFunction, owner: &str, name: &str) {
    let mut names = NAMES.lock();
    let place = names.entry(function.addr());
    place.or_insert_with(|| format!("{owner}.{name}").into());
}

/// The same for the function in a slot.
pub(super) fn note_slot(function: HPyCFunction, owner: &str, slot: HPySlot_Slot) {
    let known = HPySlot_Slot::ALL.iter().find(|(_, known)| *known == slot);
    let name = known.map_or("a slot", |(name, _)| name);
    note(function, owner, name);
}

/// The name of a function, such as `module.Type.method`.
pub(crate) fn name_of(function: *const c_void) -> Option<String> {
    let names = NAMES.lock();
    names.get(&function.addr()).map(|name| name.to_string())
}
