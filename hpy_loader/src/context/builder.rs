//! Lists and tuples under construction.
//!
//! A builder is an entry in a registry of the core, not an address, so one that was
//! used up is recognised.

use super::prelude::*;
use crate::core::{BuilderItem, BuilderItems, NewItem};
use crate::handles::Pin;
use crate::memory::is_available;

/// More items than this are refused before anything is allocated: the size of
/// the items alone would exceed the address space.
pub(super) const MAX_ITEMS: usize = isize::MAX as usize / 8;

/// For more items than this one has to ask whether there is memory.
const SMALL: usize = 64;

/// With more pins than this an object gets another slot; the count of pins has
/// an end.
const MANY_PINS: u32 = 1000;

/// What a builder becomes.
#[derive(Clone, Copy)]
pub(super) enum BuiltType {
    List,
    Tuple,
}

impl BuiltType {
    #[inline(always)]
    pub(super) fn build<R: Runtime>(
        self,
        vm: &R,
        roots: Box<[R::Object]>,
    ) -> VmResult<R::Object, R> {
        match self {
            Self::List => vm.new_list_from_roots(roots),
            Self::Tuple => vm.new_tuple_from_roots(roots),
        }
    }

    fn build_pinned<R: Runtime>(
        self,
        call: ContextCall<R>,
        mut items: Vec<BuilderItem<R>>,
    ) -> VmResult<R::Object, R> {
        // Numbers become objects first: a moving runtime must not allocate while it
        // takes the items.
        for item in &mut items {
            if let BuilderItem::Word(word) = *item
                && word.is_immediate()
            {
                *item = BuilderItem::Object(call.get(HPy::from(word))?);
            }
        }
        let none = call.get(call.constants().h_None)?;
        let vm = call.runtime();
        let objects = items.into_iter().map(|item| match item {
            BuilderItem::Object(pin) => pin.into_object(|object| vm.duplicate(object)),
            BuilderItem::Word(_) => vm.duplicate(&none),
        });
        match self {
            Self::List => vm.new_list(objects),
            Self::Tuple => vm.new_tuple(objects),
        }
    }
}

fn new<R: Runtime>(call: ContextCall<R>, size: HPy_ssize_t) -> VmResult<isize, R> {
    // A builder that could not be made is null, and `Build` reports it.
    let Ok(size) = usize::try_from(size) else {
        return Ok(0);
    };
    if !is_available(size.saturating_mul(size_of::<Pin<'_, R::Object>>())) {
        return Ok(0);
    }
    let none = call.get(call.constants().h_None)?;
    let items = BuilderItems::new(size, || call.runtime().duplicate(&none));
    Ok(items.map_or(0, |items| call.core().builders().insert(items)))
}

#[inline(always)]
fn fast_new<R: Runtime>(call: FastCall<R>, size: HPy_ssize_t) -> Option<isize> {
    let size = usize::try_from(size).ok().filter(|&size| size <= SMALL)?;
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    call.expect_no_traverse()?;
    let none = call.peek(call.constants().h_None)?;
    let make = || BuilderItems::small(size, || call.runtime().duplicate(none));
    Some(call.core().builders().insert_with(make))
}

/// An item for a builder.
fn new_item<R: Runtime>(call: ContextCall<R>, handle: HPy) -> VmResult<NewItem<R>, R> {
    let vm = call.runtime();
    if R::UNTRACKED_ROOTS {
        let handle = match handle.is_null() {
            true => call.constants().h_None,
            false => handle,
        };
        return Ok(NewItem::Root(vm.duplicate(&*call.get(handle)?)));
    }
    let word = RawHandle::from(handle);
    if word.is_null() || word.is_immediate() {
        return Ok(NewItem::Item(BuilderItem::Word(word)));
    }
    let mut pin = call.get(handle)?;
    if pin.count() > MANY_PINS {
        pin = call.pin_new(vm.duplicate(&pin))?;
    }
    Ok(NewItem::Item(BuilderItem::Object(pin)))
}

/// Sets an item. C gets no answer: if it fails, the builder is not going to be built, and
/// says then why.
fn set<R: Runtime>(
    call: ContextCall<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> VmResult<(), R> {
    if builder == 0 {
        return Ok(());
    }
    let Err(error) = exchange(call, builder, index, item) else {
        return Ok(());
    };
    let mut refused = BuilderItems::Refused(call.pin_new(error)?);
    let refuse = |items: &mut BuilderItems<R>| match items {
        // The first reason counts.
        BuilderItems::Refused(_) => {}
        _ => std::mem::swap(items, &mut refused),
    };
    call.core().builders().with(builder, refuse);
    let objects = refused.release();
    call.leave(|_| drop(objects));
    Ok(())
}

/// Puts an item into a builder.
fn exchange<R: Runtime>(
    call: ContextCall<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> VmResult<(), R> {
    let mut item = new_item(call, item)?;
    let set = call.core().builders().with(builder, |items| {
        let place = usize::try_from(index).ok();
        place.and_then(|place| items.exchange(place, &mut item))
    });
    // Setting an item twice is not foreseen, but harmless: here is the old one.
    if let Some(object) = item.release() {
        call.leave(|_| drop(object));
    }
    match set {
        Some(None) => Err(call.error(
            call.constants().h_IndexError,
            &format!("the builder has no index {index}"),
        )),
        _ => Ok(()),
    }
}

#[inline(always)]
fn fast_set<R: Runtime>(
    call: FastCall<R>,
    builder: isize,
    index: HPy_ssize_t,
    item: HPy,
) -> Option<()> {
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    let root = match call.peek(item) {
        Some(object) => call.runtime().duplicate(object),
        // Made while nothing is borrowed.
        None => number(call.runtime(), item)?,
    };
    exchange_root(call, builder, index, root).then_some(())
}

/// Puts a root into a builder, and drops what was there. `false` if there is no such
/// place. `extern "C"`, so that the compiler sees that no panic comes out.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn exchange_root<R: Runtime>(
    call: FastCall<R>,
    builder: isize,
    index: HPy_ssize_t,
    root: R::Object,
) -> bool {
    let mut done = true;
    call.catch("ctx_TupleBuilder_Set", || {
        let mut root = root;
        let exchange = |items: &mut BuilderItems<R>| {
            items
                .root_at(index)
                .map(|place| std::mem::swap(place, &mut root))
        };
        done = call
            .core()
            .builders()
            .with(builder, exchange)
            .flatten()
            .is_some();
        call.core().drop_unlocked(root);
    });
    done
}

/// A number that a handle carries, as an object.
#[inline]
pub(super) fn number<R: Runtime>(vm: &R, handle: HPy) -> Option<R::Object> {
    match RawHandle::from(handle).decode() {
        Decoded::Int(value) => Some(vm.new_int(value)),
        Decoded::Float(value) => Some(vm.new_float(value)),
        Decoded::Null | Decoded::Slot => None,
    }
}

fn build<R: Runtime>(call: ContextCall<R>, builder: isize, built: BuiltType) -> VmResult<HPy, R> {
    if builder == 0 {
        return Err(call.no_memory());
    }
    call.open(match call.core().builders().remove(builder) {
        Some(BuilderItems::Roots(roots)) => built.build(call.runtime(), roots)?,
        Some(BuilderItems::Pinned(items)) => built.build_pinned(call, items)?,
        Some(BuilderItems::Refused(error)) => {
            return Err(error.into_object(|error| call.runtime().duplicate(error)));
        }
        None => return Err(call.system_error("the builder is used up")),
    })
}

#[inline(always)]
fn fast_build<R: Runtime>(
    call: FastCall<R>,
    row: &'static str,
    builder: isize,
    built: BuiltType,
) -> Option<HPy> {
    if !R::UNTRACKED_ROOTS {
        return None;
    }
    let take = BuilderItems::take_roots;
    let roots = call.core().builders().remove_with(builder, take)?;
    Some(open_or_fail(call, row, built.build(call.runtime(), roots)))
}

/// The handle of what was made from roots that are gone, so that the general path can't
/// start anew; or `HPy_NULL` with the error pending.
#[inline(always)]
pub(super) fn open_or_fail<R: Runtime>(
    call: FastCall<R>,
    row: &'static str,
    made: VmResult<R::Object, R>,
) -> HPy {
    match made.and_then(|made| call.core().open(made)) {
        Ok(handle) => handle,
        Err(error) => {
            call.fail::<HPy>(row, error);
            HPy::NULL
        }
    }
}

fn cancel<R: Runtime>(call: ContextCall<R>, builder: isize) -> VmResult<(), R> {
    if let Some(items) = call.core().builders().remove(builder) {
        let objects = items.release();
        call.leave(|_| drop(objects));
    }
    Ok(())
}

/// Declares the four functions of builders of one type.
macro_rules! builder_functions {
    ($built:ident $type:ident $new:ident $set:ident $build:ident $cancel:ident) => {
        context_functions! {
            fn $new(call, size: HPy_ssize_t) -> $type {
                fast { fast_new(call, size).map($type) }
                general { new(call, size).map($type) }
            }

            fn $set(call, builder: $type, index: HPy_ssize_t, h_item: HPy) {
                fast { fast_set(call, builder.0, index, h_item) }
                general { set(call, builder.0, index, h_item) }
            }

            fn $build(call, builder: $type) -> HPy {
                fast { fast_build(call, stringify!($build), builder.0, BuiltType::$built) }
                general { build(call, builder.0, BuiltType::$built) }
            }

            fn $cancel(call, builder: $type) {
                cancel(call, builder.0)
            }
        }
    };
}

builder_functions!(List HPyListBuilder
    ctx_ListBuilder_New ctx_ListBuilder_Set ctx_ListBuilder_Build ctx_ListBuilder_Cancel);
builder_functions!(Tuple HPyTupleBuilder
    ctx_TupleBuilder_New ctx_TupleBuilder_Set ctx_TupleBuilder_Build ctx_TupleBuilder_Cancel);
