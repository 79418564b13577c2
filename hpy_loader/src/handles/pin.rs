//! A borrow of a root that outlives the closing of its handle.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;

use super::slot::Slot;
use super::table::HandleTable;

/// Keeps the object of one slot alive and in place, whatever C does with the
/// handle meanwhile.
///
/// Made by [`HandleTable::pin`]. Closing the last reference of a pinned slot
/// makes its word stale at once; the object goes when the last pin does, which
/// may therefore run a destructor. A pin that is leaked keeps the object until
/// the table is dropped.
///
/// Like every operation on the table, making and dropping a pin needs the HPy
/// lock. Reading through it does not: nothing writes an object that is pinned.
pub struct Pin<'t, O> {
    table: &'t HandleTable<O>,
    slot: &'t Slot<O>,
}

impl<'t, O> Pin<'t, O> {
    #[inline]
    pub(super) fn new(table: &'t HandleTable<O>, slot: &'t Slot<O>) -> Self {
        slot.pin();
        Pin { table, slot }
    }
}

impl<O> Pin<'_, O> {
    /// Ends the pin, and hands out the object if that was what kept it.
    ///
    /// For callers that must not run a destructor where they stand.
    #[inline]
    pub fn release(self) -> Option<O> {
        ManuallyDrop::new(self).end()
    }

    /// Ends the pin, once.
    #[inline]
    fn end(&self) -> Option<O> {
        // SAFETY: `unpin` has just returned `true`. References from this pin
        // have ended with it, and the other ways to get one (`get`) forbid
        // closing the slot while they are in use.
        self.slot
            .unpin()
            .then(|| unsafe { self.table.reclaim(self.slot) })
    }

    /// Ends the pin for an object: the pinned one, if nobody else can reach it
    /// through the table, or a clone.
    #[inline]
    pub fn into_object(self, clone: impl FnOnce(&O) -> O) -> O {
        if self.slot.is_last_pin() {
            // Nothing runs between the question and the answer.
            if let Some(object) = self.release() {
                return object;
            }
            unreachable!("the last pin of a closed slot has the object");
        }
        clone(&self)
    }

    /// How many pins the object has.
    #[inline]
    pub fn count(&self) -> u32 {
        self.slot.pins()
    }
}

impl<O> Deref for Pin<'_, O> {
    type Target = O;

    #[inline]
    fn deref(&self) -> &O {
        // SAFETY: a pinned slot is occupied, and stays so while `self` counts.
        unsafe { self.slot.object() }
    }
}

impl<O> Drop for Pin<'_, O> {
    #[inline]
    fn drop(&mut self) {
        drop(self.end());
    }
}

impl<O: fmt::Debug> fmt::Debug for Pin<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pin").field(&**self).finish()
    }
}
