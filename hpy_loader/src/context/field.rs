//! References from one object's native struct to another object.

use super::prelude::*;
use crate::native::FieldRef;

pub(crate) unsafe fn ctx_Field_Store<R: Runtime>(
    entry: Entry<R>,
    _target_object: HPy,
    target_field: *mut HPyField,
    h: HPy,
) -> VmResult<(), R> {
    let word = RawHandle::from_bits(h.0);
    let stored = if word.is_null() || word.is_immediate() {
        word.bits()
    } else {
        let object = entry.get(h)?;
        entry
            .runtime()
            .store_field(entry.runtime().duplicate(&object))
    };
    // SAFETY: the extension gives a field of the object.
    let field = unsafe { FieldRef::new(target_field) };
    let old = field.take(entry.runtime());
    field.set(stored);
    if let Some(old) = old {
        entry.leave(|_| drop(old));
    }
    Ok(())
}

pub(crate) unsafe fn ctx_Field_Load<R: Runtime>(
    entry: Entry<R>,
    _source_object: HPy,
    source_field: HPyField,
) -> VmResult<HPy, R> {
    let mut source_field = source_field;
    // SAFETY: the copy lives as long as the reference to it.
    let field = unsafe { FieldRef::new(&raw mut source_field) };
    match (field.immediate(), field.get()) {
        (Some(immediate), _) => Ok(HPy(immediate.bits())),
        // SAFETY: the extension loads what it has stored.
        (None, Some(word)) => entry.open(unsafe { entry.runtime().load_field(word) }),
        (None, None) => Err(entry.system_error("HPyField_Load: the field is NULL")),
    }
}
