//! NUL-terminated copies of text, for C.
//!
//! HPy promises that the memory behind `HPyUnicode_AsUTF8AndSize` and
//! `HPyBytes_AsString` is NUL-terminated and stays where it is while the *object*
//! lives. RustPython's `str` is a `Box<Wtf8>` and its `bytes` a `Vec<u8>`, neither
//! with a terminator, so C gets a copy, and the question is what frees it: the
//! payloads have no room to keep it in and no hook that runs when they die.
//!
//! In order of importance, the copy must never go before the object does, memory
//! must stay bounded however many strings pass through, and a second call must
//! find the first one's copy.
//!
//! The table below keeps a copy beside a reference to its object and drops both
//! once that reference is the last one. Nobody else can then reach the object
//! again, so nobody can rely on the copy. Each new copy pays for looking at
//! a few others, in turn, and at more if it is large. So what is dead and
//! still here never exceeds what is alive by more than a constant, and there is
//! no pause in which a large table is swept. (Weighed against it: a counter that
//! triggers a full sweep has the same bound but pauses; leaking is no bound at
//! all; copies freed with the handle break extensions that do what CPython
//! allows.)
//!
//! Two kinds of objects need more care:
//!
//! - **Interned text** and other immortal objects never die, nor do their copies.
//!   Their number is bounded by what the program itself keeps forever.
//! - **Instances of subclasses** may have a `__del__` that should not be late, or
//!   be part of a cycle, which our reference would keep alive for good. They are
//!   referred to weakly where their class lets us.
//!
//! A small table is not looked through at all: it costs little, and an extension
//! that reads a string right after closing its last handle, as it got away with
//! on CPython, gets away with it here.

mod hold;
mod latest;
mod table;

use hold::Hold;
use hpy_loader::memory::is_available;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::{PyObject, PyResult, VirtualMachine};
use std::sync::atomic::{AtomicUsize, Ordering};
use table::Table;

/// The copies of all text that C has asked for.
#[derive(Default)]
pub struct Copies {
    table: PyMutex<Table>,
    /// How many copies had been dropped when somebody last looked.
    dropped: AtomicUsize,
}

impl Copies {
    /// The copy for `object`, without its NUL, if this thread has got it lately.
    #[inline]
    pub fn latest(&self, object: &PyObject) -> Option<*const [u8]> {
        latest::find(object, self.dropped.load(Ordering::Relaxed))
    }

    /// A copy of `text`, which is the content of `object`, without its NUL. `exact`
    /// says that the object is no instance of a subclass.
    pub fn get(
        &self,
        object: &PyObject,
        text: &[u8],
        exact: bool,
        vm: &VirtualMachine,
    ) -> PyResult<*const [u8]> {
        // Dropped when the table is no longer locked.
        let mut waste = Vec::new();
        let found = self.table.lock().find(object, &mut waste);
        let copy = match found {
            Some(copy) => copy,
            // For the copy, which Rust would rather end the process than do without.
            None if !is_available(text.len() + 1) => return Err(vm.no_memory_error()),
            None => {
                let hold = Hold::new(object, exact, vm);
                let mut table = self.table.lock();
                let copy = table.insert(object, hold, text, &mut waste);
                // Before the objects of copies that are gone are dropped themselves.
                self.dropped.store(table.dropped, Ordering::Relaxed);
                copy
            }
        };
        if exact {
            latest::set(object, copy, self.dropped.load(Ordering::Relaxed));
        }
        Ok(copy)
    }
}
