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
//! [`LOOKS`] others, in turn, and at more if it is large. So what is dead and
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

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use rustpython_vm::builtins::PyWeak;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, VirtualMachine};

/// How many older copies a new one pays for looking at.
const LOOKS: usize = 2;
/// The size of a copy, in bytes, that pays for one more look.
const BYTES_A_LOOK: usize = 4096;
/// Up to so many copies stay, dead or alive...
const FREE_COPIES: usize = 1024;
/// ... if they make up no more than so many bytes.
const FREE_BYTES: usize = 1 << 20;

/// What keeps the object of a copy, or at least knows when it is gone.
pub(super) enum Hold {
    Strong(PyObjectRef),
    Weak(PyRef<PyWeak>),
}

impl Hold {
    /// A hold on `object`. It may allocate, and the collector may run then, so
    /// this has to happen outside the table's lock.
    pub(super) fn new(object: &PyObject, exact: bool, vm: &VirtualMachine) -> Self {
        if !exact && let Ok(weak) = object.downgrade(None, vm) {
            return Self::Weak(weak);
        }
        Self::Strong(object.to_owned())
    }

    /// Whether this is a hold on `object`, which is alive and lies where the
    /// object of this hold lies or lay.
    fn is_of(&self, object: &PyObject, waste: &mut Vec<PyObjectRef>) -> bool {
        match self {
            Self::Strong(_) => true,
            Self::Weak(weak) => {
                let upgraded = weak.upgrade();
                let same = upgraded
                    .as_ref()
                    .is_some_and(|upgraded| upgraded.is(object));
                waste.extend(upgraded);
                same
            }
        }
    }

    /// Whether nobody else can reach the object any more.
    fn is_dead(&self, waste: &mut Vec<PyObjectRef>) -> bool {
        match self {
            Self::Strong(object) => object.strong_count() == 1,
            Self::Weak(weak) => {
                let upgraded = weak.upgrade();
                let dead = upgraded.is_none();
                waste.extend(upgraded);
                dead
            }
        }
    }

    fn release(self, waste: &mut Vec<PyObjectRef>) {
        waste.push(match self {
            Self::Strong(object) => object,
            Self::Weak(weak) => weak.into(),
        });
    }
}

struct Copy {
    hold: Hold,
    /// The text and a NUL.
    text: Box<[u8]>,
}

/// The copies by the address of their object.
///
/// The methods hand out references to drop in `waste`: dropping one can run
/// Python code, which must not happen under the lock that guards the table.
#[derive(Default)]
pub(super) struct Copies {
    copies: IndexMap<usize, Copy, FxBuildHasher>,
    /// The length of all copies.
    bytes: usize,
    /// The next copy to look at.
    hand: usize,
}

impl Copies {
    /// The copy for `object`, without its NUL.
    pub(super) fn find(
        &self,
        object: &PyObject,
        waste: &mut Vec<PyObjectRef>,
    ) -> Option<*const [u8]> {
        let copy = self.copies.get(&address(object))?;
        copy.hold
            .is_of(object, waste)
            .then(|| without_nul(&copy.text))
    }

    /// Adds a copy of `text` for `object`, unless another thread has meanwhile.
    pub(super) fn insert(
        &mut self,
        object: &PyObject,
        hold: Hold,
        text: &[u8],
        waste: &mut Vec<PyObjectRef>,
    ) -> *const [u8] {
        if let Some(found) = self.find(object, waste) {
            hold.release(waste);
            return found;
        }
        self.look(LOOKS + text.len() / BYTES_A_LOOK, waste);
        let mut copy = Vec::with_capacity(text.len() + 1);
        copy.extend_from_slice(text);
        copy.push(0);
        let copy = Copy {
            hold,
            text: copy.into_boxed_slice(),
        };
        let text = without_nul(&copy.text);
        self.bytes += copy.text.len();
        // What was there belonged to an object that died at this address.
        if let Some(old) = self.copies.insert(address(object), copy) {
            self.bytes -= old.text.len();
            old.hold.release(waste);
        }
        text
    }

    /// Looks at the next `count` copies and drops those whose object is dead.
    fn look(&mut self, count: usize, waste: &mut Vec<PyObjectRef>) {
        for _ in 0..count.min(self.copies.len()) {
            if self.copies.len() <= FREE_COPIES && self.bytes <= FREE_BYTES {
                return;
            }
            if self.hand >= self.copies.len() {
                self.hand = 0;
            }
            let Some((_, copy)) = self.copies.get_index(self.hand) else {
                return;
            };
            if !copy.hold.is_dead(waste) {
                self.hand += 1;
                continue;
            }
            // The last copy takes this place, and is the next to look at.
            if let Some((_, dead)) = self.copies.swap_remove_index(self.hand) {
                self.bytes -= dead.text.len();
                dead.hold.release(waste);
            }
        }
    }
}

fn address(object: &PyObject) -> usize {
    object.as_raw().addr()
}

fn without_nul(text: &[u8]) -> *const [u8] {
    &raw const text[..text.len() - 1]
}
