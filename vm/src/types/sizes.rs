//! Sizes that no two types under one base share.
//!
//! Instances of builtin types have sizes that are multiples of a word. Sizes that are not
//! are ours to give out, and a size that nobody has any more is given out again.

use rustpython_vm::Py;
use rustpython_vm::builtins::PyType;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

const WORD: usize = size_of::<usize>();

/// The sizes under each base that has any, by its address.
static BASES: LazyLock<Mutex<HashMap<usize, Sizes>>> = LazyLock::new(Mutex::default);

/// The sizes of the types under one base.
#[derive(Default)]
struct Sizes {
    taken: HashSet<usize>,
    /// For each size that was asked for, the first that was not looked at yet.
    next: HashMap<usize, usize>,
    /// Those that were given back, behind the size that was asked for.
    free: BTreeSet<(usize, usize)>,
}

impl Sizes {
    fn take(&mut self, asked: usize) -> usize {
        loop {
            let size = match self.free.range((asked, 0)..(asked + 1, 0)).next() {
                Some(&free) => {
                    self.free.remove(&free);
                    free.1
                }
                None => {
                    let next = self.next.entry(asked).or_insert(asked);
                    *next += 1;
                    *next
                }
            };
            if !size.is_multiple_of(WORD) && self.taken.insert(size) {
                return size;
            }
        }
    }
}

/// A size that is taken as long as this lives.
#[derive(Debug)]
pub struct Size {
    base: usize,
    asked: usize,
    size: usize,
}

impl Size {
    /// Takes a size under `base` that no other type there has: one of the next above `asked`
    /// bytes.
    pub fn take(base: &Py<PyType>, asked: usize) -> Self {
        let address = std::ptr::from_ref(base).addr();
        let mut bases = BASES.lock().unwrap_or_else(PoisonError::into_inner);
        let size = bases.entry(address).or_default().take(asked);
        Self {
            base: address,
            asked,
            size,
        }
    }

    pub fn get(&self) -> usize {
        self.size
    }
}

impl Drop for Size {
    fn drop(&mut self) {
        let mut bases = BASES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sizes) = bases.get_mut(&self.base) {
            sizes.taken.remove(&self.size);
            sizes.free.insert((self.asked, self.size));
            if sizes.taken.is_empty() {
                bases.remove(&self.base);
            }
        }
    }
}
