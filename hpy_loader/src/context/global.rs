//! References from C global variables. A global holds a handle of its own, on
//! loan: whatever C closes too often, it can't be what the global holds.

use super::prelude::*;

pub(crate) unsafe fn ctx_Global_Store<R: Runtime>(
    entry: Entry<R>,
    global: *mut HPyGlobal,
    h: HPy,
) -> VmResult<(), R> {
    let word = RawHandle::from_bits(h.0);
    let stored = if word.is_null() || word.is_immediate() {
        h
    } else {
        let object = entry.get(h)?;
        entry.open_borrowed(entry.runtime().duplicate(&object))?
    };
    // SAFETY: the extension gives one of its globals.
    let old = unsafe { std::mem::replace(&mut *global, HPyGlobal(stored.0)) };
    entry.core().end_borrow(HPy(old.0));
    Ok(())
}

pub(crate) unsafe fn ctx_Global_Load<R: Runtime>(
    entry: Entry<R>,
    global: HPyGlobal,
) -> VmResult<HPy, R> {
    if global.is_null() {
        return Err(entry.system_error("HPyGlobal_Load: the global is NULL"));
    }
    // SAFETY: any word may be duplicated.
    unsafe { super::ctx_Dup(entry, HPy(global.0)) }
}
