//! What lies between the loader and a C function: nothing, or a mode.

use crate::abi::{HPy, HPyContext};
use crate::handles::RawHandle;
use crate::loader::Loader;
use crate::modes::Outcome;
use crate::runtime::Runtime;
use std::borrow::BorrowMut;
use std::ffi::c_void;

/// How a C function is to be called.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(super) context: *mut HPyContext,
    /// What it is called on, if that is none of the arguments, as C gets it.
    pub(super) receiver: HPy,
    /// The arguments, as C gets them.
    handles: &'a [HPy],
    /// Whoever gives C handles of its own in place of the core's.
    owner: Option<&'a dyn HandleOwner>,
}

/// A mode in which C's handles are not the core's.
pub(crate) trait HandleOwner {
    /// The core's handle for one that C gives away.
    fn own(&self, handle: HPy) -> HPy;
}

impl<'a> Way<'a> {
    /// `words` are the arguments as C gets them.
    #[inline(always)]
    pub(crate) fn new(
        context: *mut HPyContext,
        receiver: HPy,
        words: &'a [RawHandle],
        owner: Option<&'a dyn HandleOwner>,
    ) -> Self {
        Self {
            context,
            receiver,
            handles: handles(words),
            owner,
        }
    }

    /// What C gets for a handle that was pushed at `place`.
    #[inline(always)]
    pub(super) fn pushed(self, handle: HPy, place: usize) -> HPy {
        match self.owner {
            None => handle,
            Some(_) => self.handles[place],
        }
    }

    /// What C gets for the handle that was pushed last, or for `HPy_NULL` if none was
    /// after those before it.
    #[inline(always)]
    pub(super) fn last(self, handle: HPy) -> HPy {
        match handle.is_null() {
            true => handle,
            false => self.pushed(handle, self.handles.len() - 1),
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
        match self.owner {
            None => handle,
            Some(owner) => owner.own(handle),
        }
    }
}

/// Words as C gets them.
#[inline(always)]
fn handles(words: &[RawHandle]) -> &[HPy] {
    // SAFETY: `RawHandle` and `HPy` are both transparent wrappers of one word, for
    // which any bits are fine.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
}

/// A way to the C functions of one loader. The code of a call is made for each of
/// them, and a loader has that for its own (see [`super::trampolines`]).
pub(crate) trait Passage {
    /// Calls C: `call` makes the call in the way that it is told. `function` is
    /// the one that is called, `receiver` what it is called on, if that is none of
    /// its arguments, and `words` are those.
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        function: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T;
}

/// That of the universal mode, where nothing lies between.
pub(crate) struct Plain;

impl Passage for Plain {
    #[inline(always)]
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        _: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        let core = loader.core();
        let outcome = call(Way::new(core.context(), receiver, words.borrow(), None));
        core.expect_back();
        outcome
    }
}
