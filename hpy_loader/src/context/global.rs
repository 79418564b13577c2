//! References from C global variables. A global has a borrowed handle of its own, so
//! nothing that C closes once too often takes the object away from the global.

use super::handle::duplicate;
use super::prelude::*;
use crate::handles::Released;

context_functions! {
    fn ctx_Global_Store(call, global: InOut<HPyGlobal>, h: HPy) {
        fast {
            let old = RawHandle::from_bits(global.get()?.0);
            let released = match call.handles().replace_in_global(old, call.duplicate(h)?) {
                Ok((stored, object)) => {
                    global.set(HPyGlobal(stored.bits()));
                    Released::Freed(object)
                }
                Err(object) => {
                    // What a full table gives back is a second root of an object with
                    // a handle.
                    let stored = call.handles().open_in_global(object).ok()?;
                    global.set(HPyGlobal(stored.bits()));
                    call.handles().end_in_global(old)
                }
            };
            if let Released::Freed(object) = released {
                call.drop_unlocked(object);
            }
            Some(())
        }
        general {
            call.expect_pointer(global.as_ptr(), "a global")?;
            let word = RawHandle::from(h);
            let stored = if word.is_null() || word.is_immediate() {
                h
            } else {
                let object = call.get(h)?;
                call.open_in_global(call.runtime().duplicate(&object))?
            };
            if let Some(old) = global.get() {
                global.set(HPyGlobal(stored.0));
                call.core().end_in_global(HPy(old.0));
            }
            Ok(())
        }
    }

    fn ctx_Global_Load(call, global: HPyGlobal) -> HPy {
        fast {
            let word = call.slots().try_dup(RawHandle::from_bits(global.0));
            word.filter(|word| !word.is_null()).map(HPy::from)
        }
        general {
            if global.is_null() {
                return Err(call.system_error("HPyGlobal_Load: the global is NULL"));
            }
            duplicate(call, HPy(global.0))
        }
    }
}
