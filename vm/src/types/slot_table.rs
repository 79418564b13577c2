//! The C functions of a type, read at each use of a slot and replaced when Python
//! code assigns to an attribute that a slot goes by.

use hpy_loader::abi::Slots;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A table of C functions that can be replaced while others read it.
///
/// Readers keep what they have found for the length of a call, so no table is freed
/// before the type is. Few exist: one that comes back is used again, and there are no more
/// than ways in which the attributes of one type can be there or not.
pub struct SlotTable {
    current: AtomicPtr<Slots>,
    made: Mutex<Vec<Made>>,
}

/// A table that was made. It is nobody's to change, and is freed with the type.
struct Made(NonNull<Slots>);

// SAFETY: a table of function pointers, which nobody writes to.
unsafe impl Send for Made {}

impl Made {
    fn new(slots: Slots) -> Self {
        Self(NonNull::from(Box::leak(Box::new(slots))))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // SAFETY: it was leaked from a box, and goes once, with the last that could read it.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl SlotTable {
    pub fn new(slots: Slots) -> Self {
        let made = Made::new(slots);
        Self {
            current: AtomicPtr::new(made.0.as_ptr()),
            made: Mutex::new(vec![made]),
        }
    }
    #[inline]
    pub fn get(&self) -> &Slots {
        // SAFETY: it points to a table that is not changed, nor freed before this is.
        unsafe { &*self.current.load(Ordering::Acquire) }
    }
    pub fn replace(&self, slots: Slots) {
        let mut made = self
            .made
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: none of them is freed before this is.
        let is_same = |known: &&Made| unsafe { known.0.as_ref() }.is_same(&slots);
        let table = match made.iter().find(is_same) {
            Some(known) => known.0,
            None => {
                made.push(Made::new(slots));
                made[made.len() - 1].0
            }
        };
        self.current.store(table.as_ptr(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hpy_loader::abi::{HPy, HPyContext, HPyFunc_unaryfunc};

    unsafe extern "C" fn absolute(_: *mut HPyContext, operand: HPy) -> HPy {
        operand
    }

    #[test]
    fn tables_come_back() {
        let none = Slots::default();
        let some = Slots {
            // SAFETY: the function is of this type.
            nb_absolute: Some(unsafe { HPyFunc_unaryfunc::new(absolute) }),
            ..none
        };
        let table = SlotTable::new(none);
        let first = table.get();
        table.replace(some);
        assert!(table.get().nb_absolute.is_some());
        assert!(first.nb_absolute.is_none());
        table.replace(none);
        assert!(std::ptr::eq(table.get(), first));
        assert_eq!(table.made.lock().unwrap().len(), 2);
    }
}
