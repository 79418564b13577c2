//! How long chains of instances end.
//!
//! An instance that dies gives up what its fields refer to, which may be the last reference
//! to another instance, and so on. RustPython puts off such deaths from a certain depth on
//! (50), but it works off what it has put off in a recursion, so that a chain of 100,000
//! overflows the stack of a small thread. Here they are put off earlier, and worked off in
//! a loop.

use rustpython_vm::PyObjectRef;
use std::cell::{Cell, RefCell};

/// How deep deaths may be in each other: not so deep that RustPython puts them off.
const DEEPEST: usize = 20;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<PyObjectRef>> = const { RefCell::new(Vec::new()) };
}

/// Drops what a dying instance referred to, now or when the deaths above it are through.
pub fn drop_in_turn(references: Vec<PyObjectRef>) {
    let depth = DEPTH.get();
    if depth >= DEEPEST {
        let mut references = references.into_iter();
        // A thread that is ending may have no list any more.
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().extend(&mut references));
        return;
    }
    DEPTH.set(depth + 1);
    drop(references);
    if depth == 0 {
        while let Ok(Some(next)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()) {
            drop(next);
        }
    }
    DEPTH.set(depth);
}
