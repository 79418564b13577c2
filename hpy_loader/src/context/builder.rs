//! Lists and tuples under construction.
//!
//! A builder is an entry in a table of the loader, not an address, so one that
//! was used up is recognised. Its items are handles of its own.

use super::prelude::*;

/// More items than this are refused before anything is allocated: the size of
/// the items alone would exceed the address space.
pub(super) const MAX_ITEMS: usize = isize::MAX as usize / 8;

/// The items so far.
pub(crate) struct Builder {
    items: Vec<Word>,
}

fn new<R: Runtime>(entry: Entry<R>, size: HPy_ssize_t) -> isize {
    // A builder that could not be made is null, and `Build` reports it.
    let Ok(size) = usize::try_from(size) else {
        return 0;
    };
    let mut items = Vec::new();
    if items.try_reserve_exact(size).is_err() {
        return 0;
    }
    items.resize(size, Word::NULL);
    entry.loader().builders().insert(Builder { items })
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
    let handles = entry.loader().handles();
    let word = handles
        .dup(Word::from_bits(item.0))
        .map_err(|_| entry.stale())?;
    let old = entry.loader().builders().with(builder, |builder| {
        let place = builder.items.get_mut(usize::try_from(index).ok()?)?;
        Some(std::mem::replace(place, word))
    });
    match old.flatten() {
        // Setting an item twice is not foreseen, but harmless.
        Some(old) => _ = handles.close(old),
        None => {
            handles.close(word);
            return Err(entry.system_error("the builder is used up, or the index is out of range"));
        }
    }
    Ok(())
}

fn finish<R: Runtime>(
    entry: Entry<R>,
    builder: isize,
    make: impl FnOnce(&R, &mut dyn ExactSizeIterator<Item = R::Object>) -> Fallible<R::Object, R>,
) -> Fallible<HPy, R> {
    if builder == 0 {
        let memory_error = entry.get(entry.loader().constants().h_MemoryError)?;
        return Err(entry.leave(|vm| vm.error_from_value(&memory_error, None)));
    }
    let Some(mut builder) = entry.loader().builders().remove(builder) else {
        return Err(entry.system_error("the builder is used up"));
    };
    let handles = entry.loader().handles();
    // Numbers become objects first: a moving runtime must not allocate while it
    // takes the items.
    for item in &mut builder.items {
        if item.is_immediate() {
            let object = entry.get(HPy(item.bits()))?;
            let copy = entry.runtime().duplicate(&object);
            *item = Word::from_bits(entry.open(copy)?.0);
        }
    }
    let vm = entry.runtime();
    let none = entry.get(entry.loader().constants().h_None)?;
    let mut items = builder.items.into_iter().map(|item| {
        handles
            .take_with(item, |object| vm.duplicate(object))
            .unwrap_or_else(|| vm.duplicate(&none))
    });
    entry.open(make(vm, &mut items)?)
}

fn cancel<R: Runtime>(entry: Entry<R>, builder: isize) -> Fallible<(), R> {
    if let Some(builder) = entry.loader().builders().remove(builder) {
        for item in builder.items {
            entry.loader().handles().close(item);
        }
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
