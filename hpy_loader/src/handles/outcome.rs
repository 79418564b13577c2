//! What the operations of the table answer.

use std::fmt;

/// What the table has seen that a correct extension does not do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Uses of a handle that was closed, or never was one. Refused.
    pub stale_uses: u64,
    /// Closes of a handle that was closed, or never was one. Ignored.
    pub stale_closes: u64,
    /// Closes of immortal handles. Ignored, and right where C has made a
    /// duplicate before.
    pub immortal_closes: u64,
}

/// What closing a handle did, with the object where that was the end of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released<T> {
    /// The word is `HPy_NULL` or an immediate: there was nothing to do.
    NoSlot,
    /// Other references to the handle are left.
    StillOpen,
    /// That was the last reference, and the slot is free.
    Freed(T),
    /// That was the last reference, but a [`Pin`](super::Pin) holds the object.
    /// The word is stale; the object goes with the pin.
    Deferred,
    /// The handle lives as long as the table.
    Immortal,
    /// The word is no open handle.
    Stale,
}

/// What closing a handle did.
pub type Closed = Released<()>;

/// The handle is not open: C has closed it before, or made it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the handle is closed or invalid")]
pub struct Stale;

/// Every slot is in use.
#[derive(thiserror::Error)]
#[error("the handle table is full")]
pub struct Exhausted<O> {
    /// The object that found no room.
    pub object: O,
}

impl<T> Released<T> {
    /// The object, if that was the end of it.
    #[inline]
    pub fn freed(self) -> Option<T> {
        match self {
            Released::Freed(object) => Some(object),
            _ => None,
        }
    }

    /// The same with another object.
    #[inline]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Released<U> {
        match self {
            Released::NoSlot => Released::NoSlot,
            Released::StillOpen => Released::StillOpen,
            Released::Freed(object) => Released::Freed(f(object)),
            Released::Deferred => Released::Deferred,
            Released::Immortal => Released::Immortal,
            Released::Stale => Released::Stale,
        }
    }
}

impl<O> fmt::Debug for Exhausted<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exhausted")
    }
}
