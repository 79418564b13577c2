//! What a slot of the handle table holds.

use std::cell::Cell;

/// A reference to an object: its address, with nothing in between.
///
/// The collector writes another address into it, which is what the `Cell` is
/// for, if it knows of it: see the rules in [`crate::heap`]. It is not `Clone`,
/// so that copies are made where they are meant.
#[derive(Debug)]
#[repr(transparent)]
pub struct Object(Cell<usize>);

impl Object {
    pub(crate) fn new(address: usize) -> Self {
        Self(Cell::new(address))
    }

    pub(super) fn cell(&self) -> &Cell<usize> {
        &self.0
    }
}
