//! The end of objects that C has given up.

use super::Entry;
use crate::core::Core;
use crate::handles::LastReference;
use crate::runtime::Runtime;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops an object that C has given up, outside the lock if its death may run
/// more than the VM's own code.
#[inline(always)]
pub(super) fn bury<R: Runtime>(core: &'static Core<R>, object: R::Object) {
    if core.runtime().is_shared(&object) {
        drop(object);
    } else {
        bury_alone(core, object);
    }
}

/// Apart, since most objects are shared.
///
/// `extern "C"`, as is [`close_last`], so that the compiler sees that no panic
/// comes out, and callers need no frame.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn bury_alone<R: Runtime>(core: &'static Core<R>, object: R::Object) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| bury_unshared(core, object))) {
        Entry::new(core, "ctx_Close").panicked(&*panic);
    }
}

#[inline(always)]
pub(super) fn bury_unshared<R: Runtime>(core: &'static Core<R>, object: R::Object) {
    match core.runtime().is_inert(&object) {
        true => drop(object),
        false => core.leave(|_| drop(object)),
    }
}

#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn close_last<R: Runtime>(
    core: &'static Core<R>,
    last: LastReference<'static, R::Object>,
) {
    let close = AssertUnwindSafe(|| {
        let vm = core.runtime();
        match core
            .handles()
            .close_last_deferred(last, |object| vm.is_shared(object))
        {
            Some(object) if vm.is_shared(&object) => drop(object),
            Some(object) => bury_unshared(core, object),
            None => {}
        }
    });
    if let Err(panic) = catch_unwind(close) {
        Entry::new(core, "ctx_Close").panicked(&*panic);
    }
}
