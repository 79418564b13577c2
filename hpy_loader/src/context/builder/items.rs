//! What a builder keeps of its items.

use super::super::prelude::*;
use crate::core::Core;
use crate::handles::Pin;

/// The items so far.
///
/// Where roots may lie anywhere ([`FREE_ROOTS`](crate::runtime::Roots::FREE_ROOTS)),
/// items are roots from the start, and their memory becomes that of the list or
/// tuple. Elsewhere they have to stay in the handle table until the VM takes them.
pub(crate) enum Items<R: Runtime> {
    Roots(Vec<Option<R::Object>>),
    Pinned(Vec<Item<R>>),
}

/// One item of a builder that keeps no roots. An object is pinned where its handle
/// has it: that costs no clone, and C may close the handle as often as it likes. The
/// pin lasts longer than the borrow of a function, but no longer than the table,
/// which is never freed.
pub(crate) enum Item<R: Runtime> {
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
    fn release(self) -> Option<R::Object> {
        match self {
            Self::Word(_) => None,
            Self::Object(pin) => pin.release(),
        }
    }
}

/// What there is to put into a builder, and afterwards what was in it.
pub(super) enum Exchange<R: Runtime> {
    Root(Option<R::Object>),
    Item(Item<R>),
}

impl<R: Runtime> Exchange<R> {
    pub(super) fn new(entry: Entry<R>, handle: HPy) -> Fallible<Self, R> {
        if !R::FREE_ROOTS {
            return Item::new(entry, handle).map(Self::Item);
        }
        let pin = entry.get_optional(handle)?;
        let root = pin.map(|pin| entry.runtime().duplicate(&pin));
        Ok(Self::Root(root))
    }

    /// The object that was only kept here.
    pub(super) fn release(self) -> Option<R::Object> {
        match self {
            Self::Root(root) => root,
            Self::Item(item) => item.release(),
        }
    }
}

impl<R: Runtime> Items<R> {
    /// Room for so many. None if there is no memory.
    pub(super) fn new(count: usize) -> Option<Self> {
        if R::FREE_ROOTS {
            let mut roots = Vec::new();
            roots.try_reserve_exact(count).ok()?;
            roots.resize_with(count, || None);
            return Some(Self::Roots(roots));
        }
        let mut items = Vec::new();
        items.try_reserve_exact(count).ok()?;
        items.resize_with(count, || Item::Word(Word::NULL));
        Some(Self::Pinned(items))
    }

    /// Room for a few roots. None if there are to be none.
    #[inline(always)]
    pub(super) fn small(count: usize) -> Option<Self> {
        R::FREE_ROOTS.then(|| Self::Roots((0..count).map(|_| None).collect()))
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

    /// A place for a root where nothing is, if there is one at the index.
    #[inline(always)]
    pub(super) fn empty_place(&mut self, index: isize) -> Option<EmptyPlace<'_, R>> {
        let Self::Roots(roots) = self else {
            return None;
        };
        // A negative index is past any end.
        let place = roots.get_mut(index.cast_unsigned())?;
        place.is_none().then_some(EmptyPlace { place })
    }

    /// Makes the list or the tuple.
    #[inline(always)]
    pub(super) fn build(self, entry: Entry<R>, sequence: Sequence) -> Fallible<R::Object, R> {
        let core = entry.core();
        match self {
            Self::Roots(roots) => {
                let objects = roots.into_iter();
                sequence.of(core, objects.map(|root| root.unwrap_or_else(|| none(core))))
            }
            Self::Pinned(items) => build_pinned(entry, items, sequence),
        }
    }

    /// The objects that were only kept here.
    pub(super) fn release(self) -> Vec<R::Object> {
        match self {
            Self::Roots(roots) => roots.into_iter().flatten().collect(),
            Self::Pinned(items) => items.into_iter().filter_map(Item::release).collect(),
        }
    }
}

/// A place in a builder where nothing is.
pub(super) struct EmptyPlace<'a, R: Runtime> {
    place: &'a mut Option<R::Object>,
}

impl<R: Runtime> EmptyPlace<'_, R> {
    #[inline(always)]
    pub(super) fn fill(self, root: R::Object) {
        // There is nothing to drop, which the compiler does not see.
        std::mem::forget(self.place.replace(root));
    }
}

fn build_pinned<R: Runtime>(
    entry: Entry<R>,
    mut items: Vec<Item<R>>,
    sequence: Sequence,
) -> Fallible<R::Object, R> {
    // Numbers become objects first: a moving runtime must not allocate while it
    // takes the items.
    for item in &mut items {
        if let Item::Word(word) = *item
            && word.is_immediate()
        {
            *item = Item::Object(entry.get(HPy(word.bits()))?);
        }
    }
    let (core, vm) = (entry.core(), entry.runtime());
    let objects = items.into_iter().map(|item| match item {
        Item::Object(pin) => pin.into_object(|object| vm.duplicate(object)),
        Item::Word(_) => none(core),
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
    pub(super) fn of<R: Runtime>(
        self,
        core: &'static Core<R>,
        objects: impl ExactSizeIterator<Item = R::Object>,
    ) -> Fallible<R::Object, R> {
        match self {
            Self::List => core.runtime().new_list(objects),
            Self::Tuple => core.runtime().new_tuple(objects),
        }
    }
}

/// What stands where nothing was set.
#[cold]
fn none<R: Runtime>(core: &'static Core<R>) -> R::Object {
    let none = Word::from_bits(core.constants().h_None.0);
    match core.handles().pin(none) {
        Some(none) => core.runtime().duplicate(&none),
        None => unreachable!("constants of the context stay open"),
    }
}
