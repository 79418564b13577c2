//! Roots that Rust code holds.
//!
//! A [`Local`] is an owned root, made of an index into a table that the
//! collector rewrites. The usual alternative is a scope that ends all its roots
//! at once, with references bound to it by a lifetime. That is faster, and was
//! not chosen: a result has to be moved to the caller's scope by hand, whereas a
//! `Local` can be returned, stored in a `Vec` and dropped like any value, so
//! there is nothing about it that one could get wrong.

use super::Object;
use std::cell::RefCell;

/// Something that refers to an object: a [`Local`], or an [`Object`] that the
/// collector knows of.
pub trait Reference {
    /// Where the object is now. Stale after the next allocation.
    #[doc(hidden)]
    fn address(&self) -> usize;

    /// Whether both refer to one object (`is`).
    fn is(&self, other: &impl Reference) -> bool {
        self.address() == other.address()
    }
}

/// The addresses behind all `Local`s.
#[derive(Debug, Default)]
pub struct RootTable {
    /// 0 for an index that is free.
    addresses: RefCell<Vec<usize>>,
    free: RefCell<Vec<u32>>,
}

impl RootTable {
    /// How many roots there are.
    pub fn len(&self) -> usize {
        self.addresses.borrow().len() - self.free.borrow().len()
    }

    /// Whether there is no root.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn open(&self, address: usize) -> u32 {
        let mut addresses = self.addresses.borrow_mut();
        match self.free.borrow_mut().pop() {
            Some(index) => {
                addresses[index as usize] = address;
                index
            }
            None => {
                addresses.push(address);
                (addresses.len() - 1) as u32
            }
        }
    }

    /// Replaces every address by what `update` makes of it.
    pub(super) fn for_each(&self, mut update: impl FnMut(usize) -> usize) {
        for address in self.addresses.borrow_mut().iter_mut() {
            if *address != 0 {
                *address = update(*address);
            }
        }
    }
}

/// A root of one object: keeps it alive, and refers to it wherever it moves.
pub struct Local {
    table: &'static RootTable,
    index: u32,
}

impl Local {
    pub(super) fn new(table: &'static RootTable, address: usize) -> Self {
        debug_assert_ne!(address, 0);
        let index = table.open(address);
        Self { table, index }
    }

    /// The form in which the loader takes it. To be handed on at once.
    pub fn to_object(&self) -> Object {
        Object::new(self.address())
    }

    /// [`to_object`](Self::to_object) for the last use.
    pub fn into_object(self) -> Object {
        self.to_object()
    }
}

impl Reference for Local {
    fn address(&self) -> usize {
        self.table.addresses.borrow()[self.index as usize]
    }
}

impl<T: Reference> Reference for &T {
    fn address(&self) -> usize {
        (**self).address()
    }
}

impl Reference for Object {
    fn address(&self) -> usize {
        self.cell().get()
    }
}

impl Clone for Local {
    fn clone(&self) -> Self {
        Self::new(self.table, self.address())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.table.addresses.borrow_mut()[self.index as usize] = 0;
        self.table.free.borrow_mut().push(self.index);
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Local({:#x})", self.address())
    }
}
