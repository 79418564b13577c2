//! What a builder keeps of its items.

use super::super::prelude::*;
use crate::core::Core;
use crate::handles::Pin;

/// The items so far.
///
/// Where roots may lie anywhere ([`UNTRACKED_ROOTS`](crate::runtime::Roots::UNTRACKED_ROOTS)),
/// items are roots from the start, of `None` at first, and their memory becomes that
/// of the list or tuple. Elsewhere they have to stay in the handle table until the VM takes them.
pub(crate) enum Items<R: Runtime> {
    Roots(Box<[R::Object]>),
    Pinned(Vec<Item<R>>),
}

/// One item of a builder that keeps no roots. An object is pinned where its handle
/// has it: that costs no clone, and C may close the handle as often as it likes. The
/// pin lasts longer than the borrow of a function, but no longer than the table,
/// which is never freed.
pub(crate) enum Item<R: Runtime> {
    /// An immediate, or nothing yet.
    RawHandle(RawHandle),
    Object(Pin<'static, R::Object>),
}

/// With more pins than this an object gets another slot; the count of pins has
/// an end.
const MANY_PINS: u32 = 1000;

impl<R: Runtime> Item<R> {
    fn new(entry: Entry<R>, handle: HPy) -> VmResult<Self, R> {
        let word = RawHandle::from_bits(handle.0);
        if word.is_null() || word.is_immediate() {
            return Ok(Self::RawHandle(word));
        }
        let pin = entry.get(handle)?;
        if pin.count() <= MANY_PINS {
            return Ok(Self::Object(pin));
        }
        let copy = entry.open(entry.runtime().duplicate(&pin))?;
        let pin = entry.get(copy)?;
        entry.core().handles().close(RawHandle::from_bits(copy.0));
        Ok(Self::Object(pin))
    }

    /// The object that was only kept by this item.
    fn release(self) -> Option<R::Object> {
        match self {
            Self::RawHandle(_) => None,
            Self::Object(pin) => pin.release(),
        }
    }
}

/// What there is to put into a builder, and afterwards what was in it.
pub(super) enum Exchange<R: Runtime> {
    Root(R::Object),
    Item(Item<R>),
}

impl<R: Runtime> Exchange<R> {
    pub(super) fn new(entry: Entry<R>, handle: HPy) -> VmResult<Self, R> {
        if !R::UNTRACKED_ROOTS {
            return Item::new(entry, handle).map(Self::Item);
        }
        let vm = entry.runtime();
        Ok(Self::Root(match entry.get_optional(handle)? {
            Some(pin) => vm.duplicate(&pin),
            None => none(entry.core()),
        }))
    }

    /// The object that was only kept here.
    pub(super) fn release(self) -> Option<R::Object> {
        match self {
            Self::Root(root) => Some(root),
            Self::Item(item) => item.release(),
        }
    }
}

impl<R: Runtime> Items<R> {
    /// Room for so many. None if there is no memory.
    pub(super) fn new(core: &'static Core<R>, count: usize) -> Option<Self> {
        if R::UNTRACKED_ROOTS {
            let mut roots = Vec::new();
            roots.try_reserve_exact(count).ok()?;
            roots.resize_with(count, || none(core));
            return Some(Self::Roots(roots.into_boxed_slice()));
        }
        let mut items = Vec::new();
        items.try_reserve_exact(count).ok()?;
        items.resize_with(count, || Item::RawHandle(RawHandle::NULL));
        Some(Self::Pinned(items))
    }

    /// Room for a few roots, each of them one that `unset` makes.
    #[inline(always)]
    pub(super) fn small(count: usize, unset: impl Fn() -> R::Object) -> Self {
        let mut roots = Box::new_uninit_slice(count);
        for place in &mut roots {
            place.write(unset());
        }
        // SAFETY: all of them were written.
        Self::Roots(unsafe { roots.assume_init() })
    }

    /// Puts an item into a place. None if there is no such place.
    pub(super) fn exchange(&mut self, index: usize, item: &mut Exchange<R>) -> Option<()> {
        match (self, item) {
            (Self::Roots(roots), Exchange::Root(root)) => {
                std::mem::swap(roots.get_mut(index)?, root);
            }
            (Self::Pinned(items), Exchange::Item(item)) => {
                std::mem::swap(items.get_mut(index)?, item);
            }
            _ => unreachable!("a runtime has builders of one kind"),
        }
        Some(())
    }

    /// The root at an index.
    #[inline(always)]
    pub(super) fn root_at(&mut self, index: isize) -> Option<&mut R::Object> {
        match self {
            // A negative index is past any end.
            Self::Roots(roots) => roots.get_mut(index.cast_unsigned()),
            Self::Pinned(_) => None,
        }
    }

    /// All roots, after which there are none.
    #[inline(always)]
    pub(super) fn take_roots(&mut self) -> Option<Box<[R::Object]>> {
        match self {
            Self::Roots(roots) => Some(std::mem::take(roots)),
            Self::Pinned(_) => None,
        }
    }

    /// Makes the list or the tuple.
    pub(super) fn build(self, entry: Entry<R>, sequence: Sequence) -> VmResult<R::Object, R> {
        let core = entry.core();
        match self {
            Self::Roots(roots) => sequence.of_roots(core, roots),
            Self::Pinned(items) => build_pinned(entry, items, sequence),
        }
    }

    /// The objects that were only kept here.
    pub(super) fn release(self) -> Vec<R::Object> {
        match self {
            Self::Roots(roots) => roots.into_vec(),
            Self::Pinned(items) => items.into_iter().filter_map(Item::release).collect(),
        }
    }
}

fn build_pinned<R: Runtime>(
    entry: Entry<R>,
    mut items: Vec<Item<R>>,
    sequence: Sequence,
) -> VmResult<R::Object, R> {
    // Numbers become objects first: a moving runtime must not allocate while it
    // takes the items.
    for item in &mut items {
        if let Item::RawHandle(word) = *item
            && word.is_immediate()
        {
            *item = Item::Object(entry.get(HPy(word.bits()))?);
        }
    }
    let (core, vm) = (entry.core(), entry.runtime());
    let objects = items.into_iter().map(|item| match item {
        Item::Object(pin) => pin.into_object(|object| vm.duplicate(object)),
        Item::RawHandle(_) => none(core),
    });
    sequence.of(core, objects)
}

/// What a builder becomes.
#[derive(Clone, Copy)]
pub(crate) enum Sequence {
    List,
    Tuple,
}

impl Sequence {
    #[inline(always)]
    pub(super) fn of_roots<R: Runtime>(
        self,
        core: &'static Core<R>,
        roots: Box<[R::Object]>,
    ) -> VmResult<R::Object, R> {
        match self {
            Self::List => core.runtime().new_list_from_roots(roots),
            Self::Tuple => core.runtime().new_tuple_from_roots(roots),
        }
    }

    fn of<R: Runtime>(
        self,
        core: &'static Core<R>,
        objects: impl ExactSizeIterator<Item = R::Object>,
    ) -> VmResult<R::Object, R> {
        match self {
            Self::List => core.runtime().new_list(objects),
            Self::Tuple => core.runtime().new_tuple(objects),
        }
    }
}

/// What stands where nothing was set.
fn none<R: Runtime>(core: &'static Core<R>) -> R::Object {
    let none = RawHandle::from_bits(core.constants().h_None.0);
    match core.handles().pin(none) {
        Some(none) => core.runtime().duplicate(&none),
        None => unreachable!("constants of the context stay open"),
    }
}
