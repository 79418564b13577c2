//! One VM for one test, and what a test asks of it.

use hpy_loader::Loader;
use hpy_loader::abi::HPy;

use crate::extension::{C, call};
use crate::observer::{Observed, Observer};
use toy_vm::{Object, Toy, VmResult};

pub struct Host<const THREADS: bool> {
    pub loader: &'static Loader<Toy<THREADS>>,
    open: usize,
    live: usize,
}

impl<const THREADS: bool> Host<THREADS> {
    pub fn new() -> Self {
        let loader = Toy::boot(Observer::default());
        let mut host = Self {
            loader,
            open: 0,
            live: loader.runtime().live(),
        };
        host.open = host.open();
        host
    }

    pub fn vm(&self) -> &'static Toy<THREADS> {
        self.loader.runtime()
    }

    /// How many slots of the handle table are occupied.
    pub fn open(&self) -> usize {
        let mut open = 0;
        let _entered = self.loader.lock().enter(self.vm());
        // SAFETY: the lock is held.
        unsafe { self.loader.for_each_root(|_| open += 1) };
        open
    }

    /// Fails if a handle or a value is left over.
    pub fn assert_clean(&self) {
        assert_eq!(self.open(), self.open, "handles are left over");
        assert_eq!(self.vm().live(), self.live, "values are left over");
        assert_eq!(self.vm().take_reports(), [""; 0]);
    }

    /// Runs `function` in C with a handle of `receiver`; it gives the result to
    /// Python.
    pub fn returning(
        &self,
        receiver: Object,
        function: impl FnOnce(C, HPy) -> HPy,
    ) -> VmResult<Object> {
        call(self.loader, receiver, function)
    }

    /// Runs `function` in C with a handle of `receiver`.
    pub fn with<T>(&self, receiver: Object, function: impl FnOnce(C, HPy) -> T) -> T {
        let mut result = None;
        let none = self.returning(receiver, |c, h| {
            result = Some(function(c, h));
            c.known().h_None
        });
        none.unwrap_or_else(|error| panic!("C has left {error:?}"));
        result.expect("the function has run")
    }

    /// Runs `function` in C.
    pub fn run<T>(&self, function: impl FnOnce(C) -> T) -> T {
        self.with(self.vm().none(), |c, _| function(c))
    }

    /// Runs `function` in C, which must leave an error, and tells which.
    pub fn error(&self, function: impl FnOnce(C)) -> String {
        self.error_with(self.vm().none(), |c, _| function(c))
    }

    /// As [`error`](Self::error), with a handle of `receiver`.
    pub fn error_with(&self, receiver: Object, function: impl FnOnce(C, HPy)) -> String {
        let result = self.returning(receiver, |c, h| {
            function(c, h);
            assert!(c.is_pending(), "no error is pending");
            HPy::NULL
        });
        result.expect_err("C returned NULL").error_text()
    }
}

/// Runs a test on a VM of its own.
pub fn check<const THREADS: bool>(test: fn(&Host<THREADS>)) {
    let host = Host::new();
    test(&host);
    host.assert_clean();
}

/// Tests that run on a runtime without threads and on one with.
macro_rules! both {
    ($($test:ident,)*) => {
        mod single {
            $(#[test]
            fn $test() {
                $crate::host::check(super::$test::<false>);
            })*
        }

        mod threaded {
            $(#[test]
            fn $test() {
                $crate::host::check(super::$test::<true>);
            })*
        }
    };
}
pub(crate) use both;
