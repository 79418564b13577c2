//! The handles of one call's arguments, and the time of that call.

use std::borrow::BorrowMut;
use std::fmt;
use std::mem::ManuallyDrop;

use smallvec::SmallVec;

use super::outcome::Exhausted;
use super::raw_handle::RawHandle;
use super::table::HandleTable;

/// Calls with more arguments than this allocate.
const INLINE: usize = 8;

/// The words of a scope that can have any number of them.
pub type HandleVec = SmallVec<[RawHandle; INLINE]>;

/// One call of C: its arguments, moved in, opened, and closed again when the
/// scope is dropped; and the time for which the table may defer the closes that the call
/// makes. `W` is a [`HandleVec`] or an array of words, with `HPy_NULL` where there is no
/// argument.
///
/// The caller's references move into the slots, so a call costs no clone. What
/// C does with the handles is up to C. They are [borrowed](HandleTable::open_borrowed):
///
/// - It may `HPy_Dup` one. The slot outlives the scope with the references that
///   are left.
/// - It may close one, which it must not, even several times. The handle stays
///   open, since on CPython the caller's reference keeps the object alive and
///   extensions go on using it. The table counts the surplus closes when the
///   scope ends.
/// - It may return one as its result without `HPy_Dup`, which counts as closed
///   by C. The result is a clone.
///
/// ```
/// use hpy_loader::handles::{ArgumentScope, HandleTable};
///
/// let table = HandleTable::with_capacity(100)?;
/// let mut scope = ArgumentScope::new(&table);
/// let argument = scope.push(Box::new("spam")).expect("a free slot");
///
/// // C closes the argument, which it must not: the handle stays open ...
/// table.close(argument);
/// assert!(table.is_open(argument));
/// // ... until the call is over.
/// drop(scope);
/// assert!(!table.is_open(argument));
/// # Ok::<(), hpy_loader::handles::ReserveError>(())
/// ```
pub struct ArgumentScope<'t, O, W: BorrowMut<[RawHandle]> = HandleVec> {
    table: &'t HandleTable<O>,
    words: W,
    /// Where the closes begin that are deferred because of this call.
    deferred: u64,
}

impl<'t, O> ArgumentScope<'t, O> {
    /// A scope without arguments.
    #[inline]
    pub fn new(table: &'t HandleTable<O>) -> Self {
        ArgumentScope::with_words(table, HandleVec::new())
    }

    /// Moves one more argument into the scope.
    ///
    /// # Errors
    /// Gives the object back if the table is full.
    #[inline]
    pub fn push(&mut self, object: O) -> Result<RawHandle, Exhausted<O>> {
        let word = self.table.open_borrowed(object)?;
        self.words.push(word);
        Ok(word)
    }
}

impl<'t, O, const N: usize> ArgumentScope<'t, O, [RawHandle; N]> {
    /// Moves arguments into their places, once. The answer is whether the table had
    /// room for them all.
    #[inline(always)]
    pub fn fill(&mut self, objects: [Option<O>; N]) -> bool {
        let mut has_room = true;
        for (word, object) in self.words.iter_mut().zip(objects) {
            debug_assert!(word.is_null());
            if let Some(object) = object {
                match self.table.open_borrowed(object) {
                    Ok(borrowed) => *word = borrowed,
                    Err(_) => has_room = false,
                }
            }
        }
        has_room
    }
}

impl<'t, O, W: BorrowMut<[RawHandle]>> ArgumentScope<'t, O, W> {
    /// A scope that keeps its words in `words`, which are `HPy_NULL` or none.
    #[inline(always)]
    pub fn with_words(table: &'t HandleTable<O>, words: W) -> Self {
        ArgumentScope {
            table,
            words,
            deferred: table.deferred.begin(),
        }
    }

    /// Takes an argument that C gives back as its result, if it has duplicated it
    /// for that: the caller's reference becomes the result's, and C's reference
    /// and the borrowed handle are both over. Nothing happens otherwise.
    #[inline(always)]
    pub fn take_back(&mut self, word: RawHandle) -> Option<O> {
        let words = self.words.borrow_mut();
        let place = words.iter_mut().find(|argument| **argument == word)?;
        let object = self.table.end_borrow_of_result(word)?;
        *place = RawHandle::NULL;
        Some(object)
    }

    /// The arguments in order, one after the other, as C takes them.
    #[inline(always)]
    pub fn words(&self) -> &[RawHandle] {
        self.words.borrow()
    }

    /// The same in what they are kept in.
    #[inline(always)]
    pub(crate) fn kept_words(&self) -> &W {
        &self.words
    }

    /// Gives the arguments' references back and hands each object that nobody
    /// else has a handle to to `sink`. It must not drop one whose destructor may
    /// come back to the table.
    #[inline(always)]
    pub fn finish_into(self, mut sink: impl FnMut(O)) {
        let mut scope = ManuallyDrop::new(self);
        scope.end(&mut sink);
        // SAFETY: nobody uses the words again, for the scope is not dropped.
        unsafe { std::ptr::drop_in_place(&raw mut scope.words) };
    }

    /// [`finish_into`](Self::finish_into) for a caller that wants all of them.
    #[inline]
    pub fn finish(self) -> SmallVec<[O; INLINE]> {
        let mut objects = SmallVec::new();
        self.finish_into(|object| objects.push(object));
        objects
    }

    #[inline(always)]
    fn end(&mut self, sink: &mut impl FnMut(O)) {
        for &word in self.words.borrow().iter().filter(|word| !word.is_null()) {
            if let Some(object) = self.table.end_own_borrow(word) {
                sink(object);
            }
        }
        self.table.finish_deferred(self.deferred, sink);
    }
}

impl<O, W: BorrowMut<[RawHandle]>> Drop for ArgumentScope<'_, O, W> {
    #[cold]
    fn drop(&mut self) {
        // Dropped after the last use of the table: a destructor may come back
        // to it, or panic.
        let mut objects: SmallVec<[O; INLINE]> = SmallVec::new();
        self.end(&mut |object| objects.push(object));
    }
}

impl<O, W: BorrowMut<[RawHandle]>> fmt::Debug for ArgumentScope<'_, O, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.words()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::handles::Closed;

    #[test]
    fn a_scope_gives_back_what_it_was_given() {
        let table = HandleTable::with_capacity(100).expect("small");
        let object = Rc::new(());
        let mut scope = ArgumentScope::new(&table);
        for count in 1..=3 * INLINE {
            scope.push(Rc::clone(&object)).expect("room");
            assert_eq!(scope.words().len(), count);
        }
        assert!(scope.words().iter().all(|&word| table.is_open(word)));
        drop(scope);
        assert_eq!((table.open_count(), Rc::strong_count(&object)), (0, 1));
    }

    #[test]
    fn a_scope_of_a_fixed_size_has_places_without_an_argument() {
        let table = HandleTable::with_capacity(100).expect("small");
        let object = Rc::new(());
        let objects = [Some(Rc::clone(&object)), None, Some(Rc::clone(&object))];
        let mut scope = ArgumentScope::with_words(&table, [RawHandle::NULL; 3]);
        assert!(scope.fill(objects));
        assert!(table.is_open(scope.words()[0]) && table.is_open(scope.words()[2]));
        assert!(scope.words()[1].is_null());
        assert_eq!(scope.finish().len(), 2);
        assert_eq!((table.open_count(), Rc::strong_count(&object)), (0, 1));
        assert_eq!(table.counters().stale_closes, 0);
    }

    #[test]
    fn c_may_close_and_dup_arguments() {
        let table = HandleTable::with_capacity(100).expect("small");
        let mut scope = ArgumentScope::new(&table);
        let closed = scope.push(Rc::new(1)).expect("room");
        let duped = scope.push(Rc::new(2)).expect("room");
        for _ in 0..5 {
            assert_eq!(table.close(closed), Closed::StillOpen);
            assert_eq!(table.pin(closed).as_deref(), Some(&Rc::new(1)));
        }
        assert_eq!(table.dup(duped), Ok(duped));
        assert_eq!(table.counters().stale_closes, 0, "not yet known");
        drop(scope);
        assert_eq!(table.counters().stale_closes, 5);
        assert!(!table.is_open(closed));
        assert_eq!(table.open_count(), 1);
        assert_eq!(table.take(duped), Some(Rc::new(2)));
    }

    #[test]
    fn c_may_return_an_argument_without_dup() {
        let table = HandleTable::with_capacity(100).expect("small");
        let mut scope = ArgumentScope::new(&table);
        let object = Rc::new(1);
        let word = scope.push(Rc::clone(&object)).expect("room");
        let result = table.take(word).expect("open");
        assert!(table.is_open(word), "until the scope ends");
        assert_eq!(scope.finish().len(), 1);
        assert!(Rc::ptr_eq(&object, &result));
        assert_eq!((table.open_count(), Rc::strong_count(&object)), (0, 2));
    }

    #[test]
    fn an_argument_that_is_the_result_moves() {
        let table = HandleTable::with_capacity(100).expect("small");
        let mut scope = ArgumentScope::new(&table);
        let object = Rc::new(1);
        let word = scope.push(Rc::clone(&object)).expect("room");
        let other = scope.push(Rc::new(2)).expect("room");
        assert_eq!(scope.take_back(word), None, "C has not duplicated it");
        assert_eq!(table.dup(word), Ok(word));
        assert!(Rc::ptr_eq(&scope.take_back(word).expect("C has"), &object));
        assert!(!table.is_open(word) && table.is_open(other));
        assert_eq!(scope.take_back(word), None, "no argument any more");
        // With a reference that C keeps, the result has to be a clone.
        assert_eq!(table.dup(other), Ok(other));
        assert_eq!(table.dup(other), Ok(other));
        assert_eq!(scope.take_back(other), None);
        assert_eq!(scope.finish().len(), 0);
        assert_eq!((table.open_count(), table.counters().stale_closes), (1, 0));
    }

    #[test]
    fn a_full_table_gives_the_argument_back() {
        let table = HandleTable::with_capacity(2).expect("small");
        let mut scope = ArgumentScope::new(&table);
        scope.push(Rc::new(1)).expect("room for one");
        let refused = scope.push(Rc::new(2)).expect_err("slot 0 is not used");
        assert_eq!(*refused.object, 2);
        assert_eq!(scope.words().len(), 1);
        drop(scope);
        assert_eq!(table.open_count(), 0);
        let mut scope = ArgumentScope::with_words(&table, [RawHandle::NULL; 2]);
        assert!(!scope.fill([Some(Rc::new(1)), Some(Rc::new(2))]));
        assert!(table.is_open(scope.words()[0]));
        drop(scope);
        assert_eq!(table.open_count(), 0);
    }
}
