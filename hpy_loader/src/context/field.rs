//! References from one object's native struct to another object.

use super::prelude::*;
use crate::native::FieldRef;

/// The field behind an argument.
#[inline(always)]
fn field(argument: &InOut<HPyField>) -> FieldRef {
    // SAFETY: the extension gives a field of the object. Nothing but this call uses the
    // field meanwhile.
    unsafe { FieldRef::new(argument.as_ptr()) }
}

/// What a field has, if it is an object, in a handle that `open` finds.
#[inline(always)]
fn load<R: Runtime>(
    call: FastCall<R>,
    mut field: HPyField,
    open: impl FnOnce(&R::Object) -> Option<HPy>,
) -> Option<HPy> {
    // SAFETY: the copy lives as long as the reference to it.
    let field = unsafe { FieldRef::new(&raw mut field) };
    if let Some(immediate) = field.immediate() {
        return Some(HPy::from(immediate));
    }
    // SAFETY: the extension loads what it has stored.
    unsafe { call.runtime().with_field(field.get()?, open) }
}

context_functions! {
    fn ctx_Field_Store(call, _target_object: HPy, target_field: InOut<HPyField>, h: HPy) {
        fast {
            if target_field.as_ptr().is_null() {
                return None;
            }
            let stored = call.runtime().store_field(call.duplicate(h)?);
            let field = field(&target_field);
            let old = field.take(call.runtime());
            field.set(stored);
            if let Some(old) = old {
                call.drop_unlocked(old);
            }
            Some(())
        }
        general {
            call.expect_pointer(target_field.as_ptr(), "a field")?;
            let word = RawHandle::from(h);
            let stored = if word.is_null() || word.is_immediate() {
                word.bits()
            } else {
                let object = call.get(h)?;
                call.runtime().store_field(call.runtime().duplicate(&object))
            };
            let field = field(&target_field);
            let old = field.take(call.runtime());
            field.set(stored);
            if let Some(old) = old {
                call.leave(|_| drop(old));
            }
            Ok(())
        }
    }

    fn ctx_Field_Load(call, _source_object: HPy, source_field: HPyField) -> HPy {
        fast { load(call, source_field, |object| call.open_or_revive(object)) }
        general {
            let mut source_field = source_field;
            // SAFETY: the copy lives as long as the reference to it.
            let field = unsafe { FieldRef::new(&raw mut source_field) };
            match (field.immediate(), field.get()) {
                (Some(immediate), _) => Ok(HPy::from(immediate)),
                // SAFETY: the extension loads what it has stored.
                (None, Some(word)) => call.open(unsafe { call.runtime().load_field(word) }),
                (None, None) => Err(call.system_error("HPyField_Load: the field is NULL")),
            }
        }
    }
}
