//! The C functions of a type, read at each use of a slot and replaced when Python
//! code assigns to an attribute that a slot goes by.

use hpy_loader::abi::Slots;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A table of C functions that can be replaced while others read it.
///
/// Readers keep what they have found for the length of a call, so no table is
/// ever freed. Few exist: one that comes back is used again, and there are no more
/// than ways in which the attributes of one type can be there or not.
pub struct SlotTable {
    current: AtomicPtr<Slots>,
    made: Mutex<Vec<&'static Slots>>,
}

impl SlotTable {
    pub fn new(slots: Slots) -> Self {
        let slots: &'static Slots = Box::leak(Box::new(slots));
        Self {
            current: AtomicPtr::new(std::ptr::from_ref(slots).cast_mut()),
            made: Mutex::new(vec![slots]),
        }
    }
    #[inline]
    pub fn get(&self) -> &'static Slots {
        // SAFETY: it points to a table that is never freed nor changed.
        unsafe { &*self.current.load(Ordering::Acquire) }
    }
    pub fn replace(&self, slots: Slots) {
        let mut made = self
            .made
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = made.iter().copied().find(|known| known.is_same(&slots));
        let table = known.unwrap_or_else(|| {
            let table: &'static Slots = Box::leak(Box::new(slots));
            made.push(table);
            table
        });
        let table = std::ptr::from_ref(table).cast_mut();
        self.current.store(table, Ordering::Release);
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
