//! The table of what fields refer to.
//!
//! A field is memory of C: it may be copied, wiped or filled with anything. So it holds no
//! address but a word, the index of an entry here and the entry's generation. A word is
//! compared with the entry before anything else happens; a word that no longer is, or never
//! was, that of a field leads nowhere.
//!
//! The words have even generations, and those of handles odd ones, so neither is ever taken
//! for the other. Entries begin with different generations, none of them 0: a small number,
//! or a word that is a little off, is no field. An entry whose generations are used up is
//! retired, which costs its 32 bytes.
//!
//! Entries stay where they are, in chunks that are never freed. The table belongs to whoever
//! holds the HPy lock, or has stopped all other threads.

use super::FieldRef;
use crate::abi::HPyField;
use crate::handles::{RawHandle, Reservation, ReserveError};
use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Entries of a chunk. The memory of a chunk is touched as entries are used.
const CHUNK: u32 = if cfg!(miri) { 1 << 12 } else { 1 << 14 };
const CHUNKS: u32 = RawHandle::BESIDE / CHUNK;

/// The references that fields own.
///
/// `O` is whatever one reference to an object is in the VM, exactly 8 bytes.
///
/// ```
/// use hpy_loader::abi::HPyField;
/// use hpy_loader::native::{FieldRef, FieldTable};
///
/// let table = FieldTable::new()?;
/// let mut field = HPyField::NULL;
/// // SAFETY: the field stays where it is.
/// let place = unsafe { FieldRef::new(&raw mut field) };
/// assert!(table.store(place, Box::new("spam")).is_ok());
/// assert_eq!(table.with(field, |object| **object), Some("spam"));
///
/// // A copy of the field is no field any more when another object was stored.
/// let copy = field;
/// assert!(table.store(place, Box::new("eggs")).is_ok());
/// assert_eq!(table.with(copy, |object| **object), None);
/// # Ok::<(), hpy_loader::handles::ReserveError>(())
/// ```
pub struct FieldTable<O> {
    /// Null where there is no chunk yet.
    chunks: Reservation<AtomicPtr<Entry<O>>>,
    /// Entries from here on have never been used.
    high_water: Cell<u32>,
    /// The first entry of the free chain; 0, which is never used, ends it.
    free: Cell<u32>,
}

/// One reference. Memory full of zeros is a free entry.
#[repr(C, align(32))]
pub(super) struct Entry<O> {
    content: UnsafeCell<Content<O>>,
    /// The field's word, or one of another index: no field has the entry.
    word: Cell<RawHandle>,
    /// Where the field is, as far as is known.
    place: Cell<usize>,
    /// Where the struct of the object is whose field it is, once that is known; else 0.
    owner: Cell<usize>,
}

union Content<O> {
    object: ManuallyDrop<O>,
    free: FreeEntry,
}

#[derive(Clone, Copy)]
struct FreeEntry {
    /// The next entry of the free chain.
    next: u32,
    /// The round of the word that the entry gets.
    round: u32,
}

impl<O> Entry<O> {
    const LAYOUT: () = assert!(size_of::<O>() == 8 && size_of::<Self>() == 32);

    /// Where the field is, as far as is known, and the struct of its object, or 0.
    #[inline(always)]
    pub(super) fn whose(&self) -> (usize, usize) {
        (self.place.get(), self.owner.get())
    }

    /// Notes where the field is, and whose it is, or 0.
    #[inline(always)]
    pub(super) fn set_whose(&self, field: FieldRef, owner: usize) {
        self.place.set(field.address());
        self.owner.set(owner);
    }

    /// The object.
    ///
    /// # Safety
    ///
    /// The entry is a field's and stays so while the reference is in use.
    #[inline(always)]
    pub(super) unsafe fn object(&self) -> &O {
        // SAFETY: the entry of a field holds an object, and the caller says that it stays.
        unsafe { &(*self.content.get()).object }
    }
}

impl<O> FieldTable<O> {
    /// An empty table.
    ///
    /// # Errors
    ///
    /// The operating system does not give the address space for its list of chunks.
    pub fn new() -> Result<Self, ReserveError> {
        const { Entry::<O>::LAYOUT };
        Ok(Self {
            chunks: Reservation::new(CHUNKS)?,
            high_water: Cell::new(1),
            free: Cell::new(0),
        })
    }

    #[inline(always)]
    fn chunk(&self, index: u32) -> &AtomicPtr<Entry<O>> {
        debug_assert!(index / CHUNK < self.chunks.slots());
        // SAFETY: there is a place for the chunk of every index, since a table with fewer
        // is not made: half of them would be too few for a reservation.
        unsafe { self.chunks.at((index / CHUNK) as usize) }
    }

    /// The entry at an index, if there is a chunk for it.
    #[inline(always)]
    fn at(&self, index: u32) -> Option<&Entry<O>> {
        let chunk = NonNull::new(self.chunk(index).load(Ordering::Acquire))?;
        // SAFETY: a chunk has so many entries, zeros are one, and chunks are freed with
        // the table.
        Some(unsafe { chunk.add((index % CHUNK) as usize).as_ref() })
    }

    /// The entry of a field's word. None for any other word, whatever it is.
    #[inline(always)]
    pub(super) fn live(&self, word: RawHandle) -> Option<&Entry<O>> {
        self.at(word.index())
            .filter(|entry| entry.word.get() == word)
    }

    /// Lends what a word in a field refers to, if it is a field's, to `look`, which does not
    /// come back to the table.
    #[inline(always)]
    pub fn with<T>(&self, field: HPyField, look: impl FnOnce(&O) -> T) -> Option<T> {
        let entry = self.live(RawHandle::from_bits(field.0))?;
        // SAFETY: the entry is a field's, and `look` does not change that.
        Some(look(unsafe { entry.object() }))
    }

    /// Puts an object into a field and hands out what the field had. Copies of what was in
    /// the field are no fields from here on.
    ///
    /// # Errors
    ///
    /// Gives the object back if there is no memory; the field is as it was.
    #[inline(always)]
    pub fn store(&self, field: FieldRef, object: O) -> Result<Option<O>, O> {
        self.store_with(field, || object)
    }

    /// [`store`](Self::store) of what `make` gives. It is called late, since to count a
    /// reference makes a processor wait for what it has begun, and does not come back to the
    /// table.
    #[inline(always)]
    pub(crate) fn store_with(
        &self,
        field: FieldRef,
        make: impl FnOnce() -> O,
    ) -> Result<Option<O>, O> {
        let word = field.word();
        // Most fields are stored to once.
        let entry = if word.is_null() {
            None
        } else {
            self.live(word)
        };
        let Some(entry) = entry else {
            let stored = self.insert(field, make())?;
            field.set(stored);
            return Ok(None);
        };
        if word.is_last_round() {
            return self.store_anew(field, make());
        }
        let stored = word.next_round();
        entry.word.set(stored);
        field.set(stored);
        if entry.place.get() != field.address() {
            entry.set_whose(field, 0);
        }
        let content = Content {
            object: ManuallyDrop::new(make()),
        };
        // SAFETY: the entry is a field's, and nobody looks at its object: see `with`.
        let old = unsafe { entry.content.get().replace(content).object };
        Ok(Some(ManuallyDrop::into_inner(old)))
    }

    /// [`store`](Self::store) where the field's entry has no further word.
    #[cold]
    #[inline(never)]
    fn store_anew(&self, field: FieldRef, object: O) -> Result<Option<O>, O> {
        let word = field.word();
        let stored = self.insert(field, object)?;
        field.set(stored);
        Ok(self.take(word))
    }

    /// Puts what is no reference, nothing or a number, into a field, and hands out what
    /// the field had.
    #[inline]
    pub(crate) fn put(&self, field: FieldRef, word: RawHandle) -> Option<O> {
        debug_assert!(word.is_null() || word.is_immediate());
        let old = field.word();
        field.set(word);
        self.take(old)
    }

    /// Empties a field and hands out what it had.
    #[inline]
    pub fn clear(&self, field: FieldRef) -> Option<O> {
        self.put(field, RawHandle::NULL)
    }

    /// Takes an object for a field into the table. Gives the field's word.
    #[inline(always)]
    fn insert(&self, field: FieldRef, object: O) -> Result<RawHandle, O> {
        let mut index = self.free.get();
        if index == 0 {
            match self.fresh() {
                Some(fresh) => index = fresh,
                None => return Err(object),
            }
        }
        let Some(entry) = self.at(index) else {
            return Err(object);
        };
        let content = Content {
            object: ManuallyDrop::new(object),
        };
        // SAFETY: the entry is free, so it holds a `FreeEntry`, and nobody refers to it.
        let FreeEntry { next, round } = unsafe { entry.content.get().replace(content).free };
        self.free.set(next);
        let word = RawHandle::beside(index, round);
        entry.word.set(word);
        entry.set_whose(field, 0);
        Ok(word)
    }

    /// An entry that has never been used. None if there is no memory.
    #[cold]
    #[inline(never)]
    fn fresh(&self) -> Option<u32> {
        let index = self.high_water.get();
        if index == RawHandle::BESIDE {
            return None;
        }
        if self.chunk(index).load(Ordering::Relaxed).is_null() {
            // SAFETY: a chunk is not empty.
            let chunk = unsafe { std::alloc::alloc_zeroed(Self::chunk_layout()?) };
            if chunk.is_null() {
                return None;
            }
            let chunk = chunk.cast::<Entry<O>>();
            if index < CHUNK {
                // Entry 0 is nobody's: words with its index are numbers, or NULL.
                // SAFETY: the chunk has just been made, and zeros are an entry.
                unsafe { (*chunk).word.set(RawHandle::NO_HANDLE) };
            }
            self.chunk(index).store(chunk, Ordering::Release);
        }
        // The golden ratio spreads them.
        let round = 1 + (index.wrapping_mul(0x9E37_79B9) >> 24);
        let free = FreeEntry { next: 0, round };
        // SAFETY: nobody has used the entry yet.
        unsafe { self.at(index)?.content.get().write(Content { free }) };
        self.high_water.set(index + 1);
        Some(index)
    }

    fn chunk_layout() -> Option<Layout> {
        Layout::array::<Entry<O>>(CHUNK as usize).ok()
    }

    /// Takes the object of a field's word out of the table; other words have none.
    #[inline(always)]
    pub(super) fn take(&self, word: RawHandle) -> Option<O> {
        self.live(word).map(|entry| self.take_from(entry, word))
    }

    /// Takes the object out of the entry of a field's word.
    #[inline(always)]
    pub(super) fn take_from(&self, entry: &Entry<O>, word: RawHandle) -> O {
        debug_assert!(entry.word.get() == word);
        entry.word.set(RawHandle::NULL);
        let next = match word.is_last_round() {
            // In no chain: nobody gets it.
            true => 0,
            false => self.free.replace(word.index()),
        };
        let round = word.next_round().round();
        let free = FreeEntry { next, round };
        // SAFETY: the entry was a field's, so it holds an object, which nobody looks at: see
        // `with`.
        let content = unsafe { entry.content.get().replace(Content { free }) };
        // SAFETY: as above.
        ManuallyDrop::into_inner(unsafe { content.object })
    }

    fn for_each_live(&self, mut visit: impl FnMut(&Entry<O>)) {
        for index in 1..self.high_water.get() {
            if let Some(entry) = self.at(index).filter(|entry| !entry.word.get().is_null()) {
                visit(entry);
            }
        }
    }

    /// How many fields have a reference.
    pub fn len(&self) -> usize {
        let mut count = 0;
        self.for_each_live(|_| count += 1);
        count
    }

    /// Whether no field has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives up the references for which `keep`, which does not come back to the table, says
    /// no, and drops them: for a collector that has visited all others. Fields that had them
    /// are refused from here on.
    pub fn retain(&self, keep: impl FnMut(&O) -> bool) {
        self.retain_and_tell(keep, |_| {});
    }

    /// [`retain`](Self::retain) that tells what the fields have whose references are given up.
    pub(crate) fn retain_and_tell(
        &self,
        mut keep: impl FnMut(&O) -> bool,
        mut tell: impl FnMut(HPyField),
    ) {
        let mut forgotten = Vec::new();
        self.for_each_live(|entry| {
            // SAFETY: the entry is a field's, and `keep` does not change that.
            if !keep(unsafe { entry.object() }) {
                forgotten.push(entry.word.get());
            }
        });
        for word in forgotten {
            tell(HPyField(word.bits()));
            drop(self.take(word));
        }
    }
}

impl<O> Drop for FieldTable<O> {
    fn drop(&mut self) {
        self.retain(|_| false);
        let Some(layout) = Self::chunk_layout() else {
            return;
        };
        for index in (0..self.high_water.get()).step_by(CHUNK as usize) {
            let chunk = self.chunk(index).swap(null_mut(), Ordering::Relaxed);
            if !chunk.is_null() {
                // SAFETY: `fresh` has allocated it with this layout.
                unsafe { std::alloc::dealloc(chunk.cast(), layout) };
            }
        }
    }
}

impl<O> std::fmt::Debug for FieldTable<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldTable")
            .field("len", &self.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn field(memory: &mut HPyField) -> FieldRef {
        // SAFETY: the memory outlives the reference in each test.
        unsafe { FieldRef::new(memory) }
    }

    fn load(table: &FieldTable<Rc<u32>>, word: HPyField) -> Option<u32> {
        table.with(word, |object| **object)
    }

    #[test]
    fn what_was_stored_is_there_until_something_else_is() {
        let table = FieldTable::new().expect("small");
        let mut memory = [HPyField::NULL; 3];
        let object = Rc::new(1);
        for place in &mut memory {
            assert_eq!(table.store(field(place), Rc::clone(&object)), Ok(None));
        }
        assert_eq!((table.len(), Rc::strong_count(&object)), (3, 4));
        let before = memory;
        assert_eq!(
            table.store(field(&mut memory[0]), Rc::new(2)),
            Ok(Some(Rc::new(1)))
        );
        assert_eq!(table.clear(field(&mut memory[1])), Some(Rc::new(1)));
        assert_eq!(
            memory.map(|word| load(&table, word)),
            [Some(2), None, Some(1)]
        );
        assert_eq!(before.map(|word| load(&table, word)), [None, None, Some(1)]);
        assert!(memory[1].is_null() && table.clear(field(&mut memory[1])).is_none());
        drop(table);
        assert_eq!(Rc::strong_count(&object), 1);
    }

    #[test]
    fn no_other_word_leads_anywhere() {
        let table = FieldTable::new().expect("small");
        let mut memory = [HPyField::NULL; if cfg!(miri) { 10 } else { 100 }];
        for (number, place) in memory.iter_mut().enumerate() {
            assert!(table.store(field(place), Rc::new(number as u32)).is_ok());
        }
        let real = memory.map(|word| word.0);
        let most = if cfg!(miri) { 1000 } else { 100_000 };
        let mut words: Vec<isize> = (-1000..most).collect();
        for word in real {
            words.extend((0..64).map(|bit| word ^ (1 << bit)));
            words.extend((1..50).flat_map(|by| [word + by, word - by]));
        }
        for word in words.into_iter().filter(|word| !real.contains(word)) {
            assert_eq!(load(&table, HPyField(word)), None, "{word:#x}");
            let mut made_up = HPyField(word);
            assert_eq!(table.clear(field(&mut made_up)), None);
        }
        assert_eq!(table.len(), memory.len());
    }

    #[test]
    fn an_entry_without_a_further_word_is_retired() {
        let table = FieldTable::new().expect("small");
        let mut memory = HPyField::NULL;
        assert_eq!(table.store(field(&mut memory), Rc::new(1)), Ok(None));
        let word = RawHandle::from_bits(memory.0);
        // As so many stores would.
        let last = RawHandle::beside(word.index(), u32::MAX);
        assert!(last.is_last_round());
        table.live(word).expect("a field's").word.set(last);
        memory = HPyField(last.bits());
        assert_eq!(
            table.store(field(&mut memory), Rc::new(2)),
            Ok(Some(Rc::new(1)))
        );
        assert_ne!(RawHandle::from_bits(memory.0).index(), last.index());
        assert_eq!(load(&table, HPyField(last.bits())), None);
        assert_eq!(table.clear(field(&mut memory)), Some(Rc::new(2)));
        let mut others = [HPyField::NULL; 5];
        for place in &mut others {
            assert_eq!(table.store(field(place), Rc::new(3)), Ok(None));
            assert_ne!(RawHandle::from_bits(place.0).index(), last.index());
        }
    }

    #[test]
    fn entries_are_used_again() {
        let table = FieldTable::new().expect("small");
        for number in 0..2 * CHUNK {
            let mut memory = HPyField::NULL;
            assert_eq!(table.store(field(&mut memory), Rc::new(number)), Ok(None));
            assert_eq!(table.clear(field(&mut memory)), Some(Rc::new(number)));
        }
        assert!(table.is_empty() && table.high_water.get() == 2);
        let mut memory = vec![HPyField::NULL; 2 * CHUNK as usize];
        for (number, place) in memory.iter_mut().enumerate() {
            assert_eq!(table.store(field(place), Rc::new(number as u32)), Ok(None));
        }
        table.retain(|object| **object % 2 == 0);
        for (number, word) in memory.iter().enumerate() {
            assert_eq!(
                load(&table, *word),
                (number % 2 == 0).then_some(number as u32)
            );
        }
    }
}
