//! The extension's globals.

use std::cell::UnsafeCell;

use hpy_loader::abi::HPyGlobal;

/// How many there are for the steps to use.
pub const GLOBALS: usize = 3;

/// What C would have in its data: the global that the type is kept in, then those
/// of the steps. Each VM gets some of its own.
pub struct Globals {
    cells: [UnsafeCell<HPyGlobal>; GLOBALS + 1],
    /// Their addresses, and a null.
    list: Vec<*mut HPyGlobal>,
}

impl Globals {
    /// Globals that stay as long as the process, as C's do.
    pub fn new() -> &'static Self {
        let globals = Box::leak(Box::new(Self {
            cells: [const { UnsafeCell::new(HPyGlobal::NULL) }; GLOBALS + 1],
            list: Vec::new(),
        }));
        let mut list: Vec<_> = globals.cells.iter().map(UnsafeCell::get).collect();
        list.push(std::ptr::null_mut());
        globals.list = list;
        globals
    }

    /// What `HPyModuleDef.globals` points to.
    pub fn as_ptr(&self) -> *const *mut HPyGlobal {
        self.list.as_ptr()
    }

    /// All of them, for a list with others behind them.
    pub fn list(&self) -> Vec<*mut HPyGlobal> {
        self.list[..GLOBALS + 1].to_vec()
    }

    /// Where the type is kept.
    pub(super) fn of_type(&self) -> *mut HPyGlobal {
        self.list[0]
    }

    /// One for the steps.
    pub(super) fn of_step(&self, at: usize) -> *mut HPyGlobal {
        assert!(at < GLOBALS);
        self.list[1 + at]
    }
}
