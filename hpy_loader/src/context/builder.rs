//! Lists and tuples under construction.
//!
//! A builder is an entry in a table of the loader, not an address, so one that
//! was used up is recognised.

use super::prelude::*;
use crate::core::Core;
use crate::handles::Pin;
use crate::memory::is_available;

/// More items than this are refused before anything is allocated: the size of
/// the items alone would exceed the address space.
pub(super) const MAX_ITEMS: usize = isize::MAX as usize / 8;

/// The memory of a builder of more items is not kept for the next one.
const SMALL: usize = 64;

/// The items so far.
pub(crate) struct Builder<R: Runtime> {
    items: Vec<Item<R>>,
}

/// One item. An object is pinned where its handle has it: that costs no clone,
/// and C may close the handle as often as it likes. The pin lasts longer than
/// the borrow of a function, but no longer than the table, which is never freed.
enum Item<R: Runtime> {
    /// An immediate, or nothing yet.
    Word(Word),
    Object(Pin<'static, R::Object>),
}

/// With more pins than this an object gets another slot; the count of pins has
/// an end.
const MANY_PINS: u32 = 1000;

impl<R: Runtime> Item<R> {
    fn new(entry: Entry<R>, handle: HPy) -> Fallible<Self, R> {
        let word = Word::from_bits(handle.0);
        if word.is_null() || word.is_immediate() {
            return Ok(Self::Word(word));
        }
        let pin = entry.get(handle)?;
        if pin.count() <= MANY_PINS {
            return Ok(Self::Object(pin));
        }
        let copy = entry.open(entry.runtime().duplicate(&pin))?;
        let pin = entry.get(copy)?;
        entry.core().handles().close(Word::from_bits(copy.0));
        Ok(Self::Object(pin))
    }

    /// The object that was only kept by this item.
    #[inline]
    fn release(self) -> Option<R::Object> {
        match self {
            Self::Word(_) => None,
            Self::Object(pin) => pin.release(),
        }
    }
}

fn new<R: Runtime>(entry: Entry<R>, size: HPy_ssize_t) -> isize {
    // A builder that could not be made is null, and `Build` reports it.
    let Ok(size) = usize::try_from(size) else {
        return 0;
    };
    let mut items = Vec::new();
    if !is_available(size.saturating_mul(size_of::<Item<R>>()))
        || items.try_reserve_exact(size).is_err()
    {
        return 0;
    }
    items.resize_with(size, || Item::Word(Word::NULL));
    entry.core().builders().insert(Builder { items })
}

/// A small builder, by the short way through the boundary.
#[inline]
pub(crate) fn new_small<R: Runtime>(core: &'static Core<R>, size: HPy_ssize_t) -> Option<isize> {
    let size = usize::try_from(size).ok().filter(|&size| size <= SMALL)?;
    let mut builder = core.builders().spare()?;
    builder.items.resize_with(size, || Item::Word(Word::NULL));
    Some(core.builders().insert(builder))
}

/// Sets an object where nothing was set before, by the short way. None, and nothing
/// has changed, for anything else.
#[inline]
pub(crate) fn set_once<R: Runtime>(
    core: &'static Core<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> Option<()> {
    let pin = core.handles().peek_pin(Word::from_bits(item.0))?;
    if pin.count() > MANY_PINS {
        return None;
    }
    let mut item = Item::Object(pin);
    let set = core.builders().with(builder, |builder| {
        let place = builder.items.get_mut(usize::try_from(index).ok()?)?;
        if let Item::Word(Word::NULL) = place {
            std::mem::swap(place, &mut item);
            return Some(());
        }
        None
    });
    set.flatten()
}

fn set<R: Runtime>(
    entry: Entry<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> Fallible<(), R> {
    if builder == 0 {
        return Ok(());
    }
    let mut item = Item::new(entry, item)?;
    let set = entry.core().builders().with(builder, |builder| {
        let place = builder.items.get_mut(usize::try_from(index).ok()?)?;
        std::mem::swap(place, &mut item);
        Some(())
    });
    // Setting an item twice is not foreseen, but harmless: here is the old one.
    if let Some(object) = item.release() {
        entry.leave(|_| drop(object));
    }
    match set.flatten() {
        Some(()) => Ok(()),
        None => Err(entry.system_error("the builder is used up, or the index is out of range")),
    }
}

/// The items as objects, for the runtime to take.
struct Objects<'a, R: Runtime> {
    core: &'static Core<R>,
    items: std::vec::Drain<'a, Item<R>>,
}

impl<R: Runtime> Iterator for Objects<'_, R> {
    type Item = R::Object;

    #[inline]
    fn next(&mut self) -> Option<R::Object> {
        let vm = self.core.runtime();
        Some(match self.items.next()? {
            Item::Object(pin) => pin.into_object(|object| vm.duplicate(object)),
            Item::Word(_) => self.none(),
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<R: Runtime> ExactSizeIterator for Objects<'_, R> {}

impl<R: Runtime> Objects<'_, R> {
    /// What stands where nothing was set.
    #[cold]
    fn none(&self) -> R::Object {
        let none = Word::from_bits(self.core.constants().h_None.0);
        match self.core.handles().pin(none) {
            Some(none) => self.core.runtime().duplicate(&none),
            None => unreachable!("constants of the context stay open"),
        }
    }
}

#[inline]
fn finish<R: Runtime>(
    entry: Entry<R>,
    builder: isize,
    make: impl FnOnce(&R, Objects<'_, R>) -> Fallible<R::Object, R>,
) -> Fallible<HPy, R> {
    if builder == 0 {
        let memory_error = entry.get(entry.core().constants().h_MemoryError)?;
        return Err(entry.leave(|vm| vm.error_from_value(&memory_error, None)));
    }
    let Some(mut builder) = entry.core().builders().remove(builder) else {
        return Err(entry.system_error("the builder is used up"));
    };
    // Numbers become objects first: a moving runtime must not allocate while it
    // takes the items.
    for item in &mut builder.items {
        if let Item::Word(word) = *item
            && word.is_immediate()
        {
            *item = Item::Object(entry.get(HPy(word.bits()))?);
        }
    }
    let objects = Objects {
        core: entry.core(),
        items: builder.items.drain(..),
    };
    let made = make(entry.runtime(), objects);
    if builder.items.capacity() <= SMALL {
        entry.core().builders().keep_spare(builder);
    }
    entry.open(made?)
}

fn cancel<R: Runtime>(entry: Entry<R>, builder: isize) -> Fallible<(), R> {
    if let Some(builder) = entry.core().builders().remove(builder) {
        let items = builder.items.into_iter();
        let objects: Vec<R::Object> = items.filter_map(Item::release).collect();
        entry.leave(|_| drop(objects));
    }
    Ok(())
}

pub(crate) unsafe fn ctx_ListBuilder_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> Fallible<HPyListBuilder, R> {
    Ok(HPyListBuilder(new(entry, size)))
}

pub(crate) unsafe fn ctx_ListBuilder_Set<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
    index: HPy_ssize_t,
    h_item: HPy,
) -> Fallible<(), R> {
    set(entry, builder.0, index, h_item)
}

pub(crate) unsafe fn ctx_ListBuilder_Build<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
) -> Fallible<HPy, R> {
    finish(entry, builder.0, |vm, items| vm.new_list(items))
}

pub(crate) unsafe fn ctx_ListBuilder_Cancel<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
) -> Fallible<(), R> {
    cancel(entry, builder.0)
}

pub(crate) unsafe fn ctx_TupleBuilder_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> Fallible<HPyTupleBuilder, R> {
    Ok(HPyTupleBuilder(new(entry, size)))
}

pub(crate) unsafe fn ctx_TupleBuilder_Set<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
    index: HPy_ssize_t,
    h_item: HPy,
) -> Fallible<(), R> {
    set(entry, builder.0, index, h_item)
}

pub(crate) unsafe fn ctx_TupleBuilder_Build<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
) -> Fallible<HPy, R> {
    finish(entry, builder.0, |vm, items| vm.new_tuple(items))
}

pub(crate) unsafe fn ctx_TupleBuilder_Cancel<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
) -> Fallible<(), R> {
    cancel(entry, builder.0)
}
