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

context_functions! {
    fn ctx_Field_Store(call, _target_object: HPy, target_field: InOut<HPyField>, h: HPy) {
        fast {
            if target_field.as_ptr().is_null() {
                return None;
            }
            let object = call.peek(h)?;
            let fields = call.core().fields();
            let stored = fields.store_with(field(&target_field), || call.runtime().duplicate(object));
            // What a full table gives back is a second root of an object with a handle.
            if let Some(old) = stored.ok()? {
                call.drop_unlocked(old);
            }
            Some(())
        }
        general {
            call.expect_pointer(target_field.as_ptr(), "a field")?;
            let (field, word) = (field(&target_field), RawHandle::from(h));
            let fields = call.core().fields();
            let old = if word.is_null() || word.is_immediate() {
                fields.put(field, word)
            } else {
                match fields.store(field, call.duplicate(h)?) {
                    Ok(old) => old,
                    Err(object) => {
                        call.leave(|_| drop(object));
                        let class = call.constants().h_MemoryError;
                        return Err(call.error(class, "there is no memory for fields"));
                    }
                }
            };
            if let Some(old) = old {
                call.leave(|_| drop(old));
            }
            Ok(())
        }
    }

    fn ctx_Field_Load(call, _source_object: HPy, source_field: HPyField) -> HPy {
        fast {
            if RawHandle::from_bits(source_field.0).is_immediate() {
                return Some(HPy(source_field.0));
            }
            let open = |object: &_| call.open_or_revive(object);
            call.core().fields().with(source_field, open)?
        }
        general {
            if RawHandle::from_bits(source_field.0).is_immediate() {
                return Ok(HPy(source_field.0));
            }
            let duplicate = |object: &_| call.runtime().duplicate(object);
            match call.core().fields().with(source_field, duplicate) {
                Some(object) => call.open(object),
                None if source_field.is_null() => {
                    Err(call.system_error("HPyField_Load: the field is NULL"))
                }
                None => Err(call.system_error(
                    "HPyField_Load: the field holds no reference: it was copied, or \
                     its memory was overwritten",
                )),
            }
        }
    }
}
