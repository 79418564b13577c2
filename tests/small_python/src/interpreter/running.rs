//! The bodies that are running: what tracebacks and the debug mode's reports name.

use hpy_loader::sites::Position;
use std::cell::RefCell;
use std::ops::ControlFlow;

/// A stack of positions, innermost last: the number of the code, and the line of
/// the statement in it.
#[derive(Default)]
pub struct Running(RefCell<Vec<Position>>);

/// Ends a body when it goes, be it by a panic, of which the loader makes an error.
pub(super) struct Entered<'a>(&'a Running);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.0.borrow_mut().pop();
    }
}

impl Running {
    /// A body begins to run, and does so until the guard is dropped.
    pub(super) fn enter(&self, position: Position) -> Entered<'_> {
        self.0.borrow_mut().push(position);
        Entered(self)
    }

    /// The innermost body has come to a statement.
    pub(super) fn set_line(&self, line: u32) {
        if let Some(position) = self.0.borrow_mut().last_mut() {
            position.place = line;
        }
    }

    /// The line of the statement that the innermost body is at.
    pub(super) fn line(&self) -> u32 {
        self.0.borrow().last().map_or(0, |position| position.place)
    }

    /// Visits the bodies, innermost first.
    pub fn walk(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        for position in self.0.borrow().iter().rev() {
            if visit(*position).is_break() {
                return;
            }
        }
    }
}
