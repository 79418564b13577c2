//! Handles for objects that the VM lends.

use super::Gate;
use crate::abi::*;
use crate::core::Core;
use crate::handles::{HandleTable, RawHandle};
use crate::runtime::Runtime;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[inline(always)]
pub(super) fn immediate(word: Option<RawHandle>) -> Option<HPy> {
    word.map(|word| HPy(word.bits()))
}

#[inline(always)]
pub(super) fn open<R: Runtime>(handles: &HandleTable<R::Object>, object: R::Object) -> Option<HPy> {
    handles.open(object).ok().map(|word| HPy(word.bits()))
}

/// A handle of an object that the VM lends, if there is one that lingers: then no
/// root has to be made.
#[inline(always)]
pub(super) fn revive<R: Runtime>(gate: &Gate<R>, object: &R::Object) -> Option<HPy> {
    // SAFETY: without slots there are no shortcuts.
    immediate(unsafe { gate.slots() }.revive(gate.handles(), object))
}

/// A handle of an object that the VM lends.
#[inline(always)]
pub(super) fn open_lent<R: Runtime>(gate: &Gate<R>, object: &R::Object) -> Option<HPy> {
    match revive(gate, object) {
        None => Some(open_root(gate.core(), object)).filter(|handle| !handle.is_null()),
        handle => handle,
    }
}

/// `HPy_NULL` if that is not possible.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn open_root<R: Runtime>(core: &'static Core<R>, object: &R::Object) -> HPy {
    let open = AssertUnwindSafe(|| open::<R>(core.handles(), core.runtime().duplicate(object)));
    catch_unwind(open).ok().flatten().unwrap_or(HPy::NULL)
}
