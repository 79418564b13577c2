//! What a builder keeps of its items.

use crate::handles::{Pin, RawHandle};
use crate::runtime::Runtime;

/// The items so far.
///
/// Where roots may lie anywhere
/// ([`UNTRACKED_ROOTS`](crate::runtime::FastPaths::UNTRACKED_ROOTS)), items are roots from
/// the start, of `None` at first, and their memory becomes that of the list or tuple.
/// Elsewhere items have to stay in the handle table until the VM takes them.
pub(crate) enum BuilderItems<R: Runtime> {
    Roots(Box<[R::Object]>),
    Pinned(Vec<BuilderItem<R>>),
    /// What can't become a list or tuple any more: the error that says why, for C to get
    /// where a function can tell it.
    Refused(Pin<'static, R::Object>),
}

/// One item of a builder that keeps no roots. An object is pinned where its handle
/// has it: that costs no clone, and C may close the handle as often as it likes. The
/// pin lasts longer than the borrow of a function, but no longer than the table,
/// which is never freed.
pub(crate) enum BuilderItem<R: Runtime> {
    /// An immediate, or nothing yet.
    Word(RawHandle),
    Object(Pin<'static, R::Object>),
}

impl<R: Runtime> BuilderItem<R> {
    /// The object that only this item kept.
    fn release(self) -> Option<R::Object> {
        match self {
            Self::Word(_) => None,
            Self::Object(pin) => pin.release(),
        }
    }
}

/// What there is to put into a builder, and afterwards what was in it.
pub(crate) enum NewItem<R: Runtime> {
    Root(R::Object),
    Item(BuilderItem<R>),
}

impl<R: Runtime> NewItem<R> {
    /// The object that was only kept here.
    pub(crate) fn release(self) -> Option<R::Object> {
        match self {
            Self::Root(root) => Some(root),
            Self::Item(item) => item.release(),
        }
    }
}

impl<R: Runtime> BuilderItems<R> {
    /// Room for `count` items. `unset` gives a root for an item that is not set.
    /// `None` if there is no memory.
    pub(crate) fn new(count: usize, unset: impl FnMut() -> R::Object) -> Option<Self> {
        if R::UNTRACKED_ROOTS {
            let mut roots = Vec::new();
            roots.try_reserve_exact(count).ok()?;
            roots.resize_with(count, unset);
            return Some(Self::Roots(roots.into_boxed_slice()));
        }
        let mut items = Vec::new();
        items.try_reserve_exact(count).ok()?;
        items.resize_with(count, || BuilderItem::Word(RawHandle::NULL));
        Some(Self::Pinned(items))
    }

    /// Room for a few roots, each of which `unset` gives.
    #[inline(always)]
    pub(crate) fn small(count: usize, unset: impl FnMut() -> R::Object) -> Self {
        let mut roots = Vec::with_capacity(count);
        roots.resize_with(count, unset);
        Self::Roots(roots.into_boxed_slice())
    }

    /// Exchanges the item at an index. `None` if there is no such index. What is refused
    /// has every index.
    pub(crate) fn exchange(&mut self, index: usize, item: &mut NewItem<R>) -> Option<()> {
        match (self, item) {
            (Self::Roots(roots), NewItem::Root(root)) => {
                std::mem::swap(roots.get_mut(index)?, root);
            }
            (Self::Pinned(items), NewItem::Item(item)) => {
                std::mem::swap(items.get_mut(index)?, item);
            }
            (Self::Refused(_), _) => {}
            _ => unreachable!("a runtime has builders of one kind"),
        }
        Some(())
    }

    /// The root at an index.
    #[inline(always)]
    pub(crate) fn root_at(&mut self, index: isize) -> Option<&mut R::Object> {
        match self {
            // A negative index is past any end.
            Self::Roots(roots) => roots.get_mut(index.cast_unsigned()),
            Self::Pinned(_) | Self::Refused(_) => None,
        }
    }

    /// All roots, after which there are none.
    #[inline(always)]
    pub(crate) fn take_roots(&mut self) -> Option<Box<[R::Object]>> {
        match self {
            Self::Roots(roots) => Some(std::mem::take(roots)),
            Self::Pinned(_) | Self::Refused(_) => None,
        }
    }

    /// The objects that only this builder kept.
    pub(crate) fn release(self) -> Vec<R::Object> {
        match self {
            Self::Roots(roots) => roots.into_vec(),
            Self::Pinned(items) => items.into_iter().filter_map(BuilderItem::release).collect(),
            Self::Refused(error) => error.release().into_iter().collect(),
        }
    }
}
