//! Items of builders.

use super::burial::{bury, bury_unshared};
use super::{Entry, Gate};
use crate::abi::*;
use crate::context as bodies;
use crate::core::Core;
use crate::runtime::Runtime;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// Puts a root of `object` into a place of a builder, and buries what was there.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn put<R: Runtime>(
    core: &'static Core<R>,
    place: NonNull<R::Object>,
    object: &R::Object,
) {
    let put = AssertUnwindSafe(|| {
        let root = core.runtime().duplicate(object);
        // SAFETY: the builder has the place, and nobody else has used it since it was
        // asked for.
        let old = unsafe { place.replace(root) };
        if core.runtime().is_shared(&old) {
            drop(old);
        } else {
            bury_unshared(core, old);
        }
    });
    if let Err(panic) = catch_unwind(put) {
        Entry::new(core, "ctx_TupleBuilder_Set").panicked(&*panic);
    }
}

/// Puts a number into a builder, if that is what it is.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn set_number<R: Runtime>(
    gate: &'static Gate<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> bool {
    let set = AssertUnwindSafe(|| match bodies::set_number(gate, builder, index, item) {
        Some(old) => {
            bury(gate.core(), old);
            true
        }
        None => false,
    });
    catch_unwind(set).unwrap_or_else(|panic| {
        Entry::new(gate.core(), "ctx_TupleBuilder_Set").panicked(&*panic);
        true
    })
}
