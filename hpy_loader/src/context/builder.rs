//! Lists and tuples under construction.
//!
//! A builder is an entry in a table of the loader, not an address, so one that
//! was used up is recognised.

mod items;

pub(crate) use items::{Items, Sequence};

use super::prelude::*;
use crate::boundary::Gate;
use crate::handles::Pin;
use crate::memory::is_available;
use items::Exchange;
use std::ptr::NonNull;

/// More items than this are refused before anything is allocated: the size of
/// the items alone would exceed the address space.
pub(super) const MAX_ITEMS: usize = isize::MAX as usize / 8;

/// For more items than this one has to ask whether there is memory.
const SMALL: usize = 64;

fn new<R: Runtime>(entry: Entry<R>, size: HPy_ssize_t) -> isize {
    // A builder that could not be made is null, and `Build` reports it.
    let Ok(size) = usize::try_from(size) else {
        return 0;
    };
    if !is_available(size.saturating_mul(size_of::<Pin<'_, R::Object>>())) {
        return 0;
    }
    Items::new(entry.core(), size).map_or(0, |items| entry.core().builders().insert(items))
}

/// A small builder, by the short way through the boundary.
#[inline(always)]
pub(crate) fn new_small<R: Runtime>(gate: &'static Gate<R>, size: HPy_ssize_t) -> Option<isize> {
    let size = usize::try_from(size).ok().filter(|&size| size <= SMALL)?;
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    let none = RawHandle::from_bits(gate.constants().h_None.0);
    // SAFETY: without slots there are no shortcuts, and constants stay open.
    let none = unsafe { gate.slots().peek(none) }?;
    let make = || Items::small(size, || gate.runtime().duplicate(none));
    Some(gate.builders().insert_with(make))
}

/// Where a builder keeps an item, and an object for this place. None for numbers,
/// and if it is not possible.
#[inline(always)]
pub(crate) fn place<R: Runtime>(
    gate: &'static Gate<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> Option<(NonNull<R::Object>, &'static R::Object)> {
    // SAFETY: without slots there are no shortcuts. The caller runs nothing in which
    // the handle could be closed.
    let object = unsafe { gate.slots().peek(RawHandle::from_bits(item.0)) }?;
    let place = |items: &mut Items<R>| items.root_at(index).map(NonNull::from);
    Some((gate.builders().with(builder, place)??, object))
}

/// Sets a number by the short way, and gives the old item. None, and nothing has
/// changed, if that is not possible.
#[inline(always)]
pub(crate) fn set_number<R: Runtime>(
    gate: &'static Gate<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> Option<R::Object> {
    let word = RawHandle::from_bits(item.0);
    if !R::UNTRACKED_ROOTS || !word.is_immediate() {
        return None;
    }
    // Made while nothing is borrowed.
    let number = number(gate.runtime(), word)?;
    let set = gate.builders().with(builder, |items| {
        Some(std::mem::replace(items.root_at(index)?, number))
    });
    set.flatten()
}

fn number<R: Runtime>(vm: &R, word: RawHandle) -> Option<R::Object> {
    match word.decode() {
        Decoded::Int(value) => Some(vm.new_int(value)),
        Decoded::Float(value) => Some(vm.new_float(value)),
        Decoded::Null | Decoded::Slot => None,
    }
}

/// Builds by the short way.
#[inline(always)]
pub(crate) fn build_roots<R: Runtime>(
    gate: &'static Gate<R>,
    row: &'static str,
    builder: isize,
    sequence: Sequence,
) -> Option<HPy> {
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    let roots = gate.builders().remove_with(builder, Items::take_roots)?;
    let made = sequence.of_roots(gate.core(), roots);
    Some(or_fail(Entry::new(gate.core(), row), made))
}

/// A tuple of a few objects, by the short way.
///
/// # Safety
///
/// There are `count` handles, if that is not negative.
#[inline(always)]
pub(crate) unsafe fn small_tuple<R: Runtime>(
    gate: &'static Gate<R>,
    row: &'static str,
    handles: *const HPy,
    count: HPy_ssize_t,
) -> Option<HPy> {
    let count = usize::try_from(count)
        .ok()
        .filter(|&count| count <= SMALL)?;
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    let mut roots = Box::new_uninit_slice(count);
    for at in 0..count {
        // SAFETY: the caller vouches for the array.
        let word = RawHandle::from_bits(unsafe { *handles.add(at) }.0);
        // SAFETY: as in `place`.
        let root = match unsafe { gate.slots().peek(word) } {
            Some(object) => Some(gate.runtime().duplicate(object)),
            None => number(gate.runtime(), word),
        };
        let Some(root) = root else {
            for root in &mut roots[..at] {
                // SAFETY: written in an earlier round.
                unsafe { root.assume_init_drop() };
            }
            return None;
        };
        roots[at].write(root);
    }
    // SAFETY: all of them were written.
    let made = Sequence::Tuple.of_roots(gate.core(), unsafe { roots.assume_init() });
    Some(or_fail(Entry::new(gate.core(), row), made))
}

/// A handle, or `HPy_NULL` with the error pending.
#[inline(always)]
fn or_fail<R: Runtime>(entry: Entry<R>, made: VmResult<R::Object, R>) -> HPy {
    match made.and_then(|made| entry.open(made)) {
        Ok(handle) => handle,
        Err(error) => {
            entry.fail(error);
            HPy::NULL
        }
    }
}

fn set<R: Runtime>(
    entry: Entry<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> VmResult<(), R> {
    if builder == 0 {
        return Ok(());
    }
    let mut item = Exchange::new(entry, item)?;
    let set = entry.core().builders().with(builder, |items| {
        items.exchange(usize::try_from(index).ok()?, &mut item)
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

fn finish<R: Runtime>(entry: Entry<R>, builder: isize, sequence: Sequence) -> VmResult<HPy, R> {
    if builder == 0 {
        let memory_error = entry.get(entry.core().constants().h_MemoryError)?;
        return Err(entry.leave(|vm| vm.error_from_value(&memory_error, None)));
    }
    let Some(items) = entry.core().builders().remove(builder) else {
        return Err(entry.system_error("the builder is used up"));
    };
    entry.open(items.build(entry, sequence)?)
}

fn cancel<R: Runtime>(entry: Entry<R>, builder: isize) -> VmResult<(), R> {
    if let Some(items) = entry.core().builders().remove(builder) {
        let objects = items.release();
        entry.leave(|_| drop(objects));
    }
    Ok(())
}

pub(crate) unsafe fn ctx_ListBuilder_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> VmResult<HPyListBuilder, R> {
    Ok(HPyListBuilder(new(entry, size)))
}

pub(crate) unsafe fn ctx_ListBuilder_Set<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
    index: HPy_ssize_t,
    h_item: HPy,
) -> VmResult<(), R> {
    set(entry, builder.0, index, h_item)
}

pub(crate) unsafe fn ctx_ListBuilder_Build<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
) -> VmResult<HPy, R> {
    finish(entry, builder.0, Sequence::List)
}

pub(crate) unsafe fn ctx_ListBuilder_Cancel<R: Runtime>(
    entry: Entry<R>,
    builder: HPyListBuilder,
) -> VmResult<(), R> {
    cancel(entry, builder.0)
}

pub(crate) unsafe fn ctx_TupleBuilder_New<R: Runtime>(
    entry: Entry<R>,
    size: HPy_ssize_t,
) -> VmResult<HPyTupleBuilder, R> {
    Ok(HPyTupleBuilder(new(entry, size)))
}

pub(crate) unsafe fn ctx_TupleBuilder_Set<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
    index: HPy_ssize_t,
    h_item: HPy,
) -> VmResult<(), R> {
    set(entry, builder.0, index, h_item)
}

pub(crate) unsafe fn ctx_TupleBuilder_Build<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
) -> VmResult<HPy, R> {
    finish(entry, builder.0, Sequence::Tuple)
}

pub(crate) unsafe fn ctx_TupleBuilder_Cancel<R: Runtime>(
    entry: Entry<R>,
    builder: HPyTupleBuilder,
) -> VmResult<(), R> {
    cancel(entry, builder.0)
}
