//! What lies between the loader and a C function: nothing, or a mode.

use crate::abi::{HPy, HPyContext};
use crate::debug::Visit;
use crate::handles::Word;
use crate::loader::Loader;
use crate::modes::{Outcome, Wrapper};
use crate::runtime::Runtime;
use std::ffi::c_void;

/// How a C function is to be called.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(super) context: *mut HPyContext,
    /// The arguments, as C gets them.
    handles: &'a [HPy],
    /// What tells the handles of C from the core's own.
    visit: Option<&'a Visit<'a>>,
}

impl Way<'_> {
    /// The handle that C gets for one of the call's own.
    #[inline(always)]
    pub(super) fn handle(self, handle: HPy) -> HPy {
        match self.visit {
            None => handle,
            Some(visit) => visit.handle(handle),
        }
    }

    /// The handles pushed after the first `skip`, as C takes them.
    #[inline(always)]
    pub(super) fn args(self, skip: usize) -> *const HPy {
        self.handles[skip..].as_ptr()
    }

    /// The handle pushed at `place`, as C gets it.
    #[inline(always)]
    pub(super) fn arg(self, place: usize) -> HPy {
        self.handles[place]
    }

    /// The handle that the core gets for one that C gives away.
    #[inline(always)]
    pub(super) fn own(self, handle: HPy) -> HPy {
        match self.visit {
            None => handle,
            Some(visit) => visit.own(handle),
        }
    }
}

/// Words as C gets them.
#[inline(always)]
fn handles(words: &[Word]) -> &[HPy] {
    // SAFETY: `Word` and `HPy` are both transparent wrappers of one word, for
    // which any bits are fine.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
}

/// A way to the C functions of one loader. The code of a call is made for each of
/// them, and a loader has that for its own (see [`super::trampolines`]).
pub(crate) trait Passage {
    /// Whether a handle of the core's can be given to C as it is.
    const IS_PLAIN: bool;

    /// Calls C: `call` makes the call in the way that it is told. `function` is
    /// the one that is called, and `words` are its arguments.
    fn go<R: Runtime, T: Outcome>(
        loader: &Loader<R>,
        function: *const c_void,
        words: &[Word],
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T;
}

/// That of the universal mode, where nothing lies between.
pub(crate) struct Plain;

impl Passage for Plain {
    const IS_PLAIN: bool = true;

    #[inline(always)]
    fn go<R: Runtime, T: Outcome>(
        loader: &Loader<R>,
        _: *const c_void,
        words: &[Word],
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        let core = loader.core();
        let outcome = call(Way {
            context: core.context(),
            handles: handles(words),
            visit: None,
        });
        core.expect_back();
        outcome
    }
}

/// That of the other modes.
pub(crate) struct Wrapped;

impl Passage for Wrapped {
    const IS_PLAIN: bool = false;

    fn go<R: Runtime, T: Outcome>(
        loader: &Loader<R>,
        function: *const c_void,
        words: &[Word],
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        match loader.wrapper() {
            None => Plain::go(loader, function, words, call),
            Some(Wrapper::Trace(trace)) => {
                let way = Way {
                    context: trace.context(),
                    handles: handles(words),
                    visit: None,
                };
                let outcome = trace.call(function, || call(way));
                loader.core().expect_back();
                outcome
            }
            Some(Wrapper::Debug(extension)) => {
                let visit = Visit::new(extension, function, words);
                let outcome = call(Way {
                    context: visit.context(),
                    handles: visit.handles(),
                    visit: Some(&visit),
                });
                visit.finish(outcome)
            }
        }
    }
}
