//! A call in progress: what is set up before C runs, and taken down after.

use super::passage::{Passage, Way};
use crate::abi::HPy;
use crate::core::{Core, ErrorStash};
use crate::handles::{Frame, Many, Word};
use crate::loader::Loader;
use crate::modes::Outcome;
use crate::runtime::{Fallible, Runtime};
use std::borrow::BorrowMut;
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// One call in progress: the lock is held, the arguments are open, and no error
/// is pending, whatever was going on when the VM came here.
///
/// `W` is what the [`Frame`] keeps its words in. Nothing here is there twice, and a
/// call stays where it was made: it lies in memory, for a panic's sake, and is
/// written once.
pub(super) struct Call<R: Runtime, W: BorrowMut<[Word]> = Many> {
    pub(super) frame: ManuallyDrop<Frame<'static, R::Object, W>>,
    pub(super) core: &'static Core<R>,
    stash: ErrorStash,
    is_outermost: bool,
}

impl<R: Runtime, W: BorrowMut<[Word]>> Drop for Call<R, W> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the frame is taken here and nowhere else.
        let frame = unsafe { ManuallyDrop::take(&mut self.frame) };
        // Arguments may have finalizers, which must not run under the lock. But
        // most are somebody else's as well, and go without anything happening.
        let core = self.core;
        let vm = core.runtime();
        let mut dying = None;
        frame.finish_into(|object| {
            if vm.is_shared(&object) || vm.is_inert(&object) {
                drop(object);
            } else {
                put(&mut dying, object);
            }
        });
        core.unstash_error(&self.stash);
        if self.is_outermost {
            core.lock().release();
        }
        if let Some(dying) = dying {
            bury(core, dying, self.is_outermost);
        }
    }
}

/// Calls a function on `receiver`, if that is none of the arguments, and with these
/// objects: `go` makes the call in the way that it is told, with `HPy_NULL` where there
/// is no object, and `judge` takes what it has returned. C may call Python and Python C,
/// to any depth: what the VM says of its stack is asked before every call, since C
/// itself asks nobody.
#[inline(always)]
pub(super) fn run<R: Runtime, P: Passage, T: Outcome, U, const N: usize>(
    loader: &'static Loader<R>,
    function: *const c_void,
    receiver: HPy,
    objects: [Option<R::Object>; N],
    go: impl FnOnce(Way<'_>) -> T,
    judge: impl FnOnce(&mut Call<R, [Word; N]>, T) -> Fallible<U, R>,
) -> Fallible<U, R> {
    loader.runtime().check_stack()?;
    run_unchecked::<R, P, T, U, N>(loader, function, receiver, objects, go, judge)
}

/// [`run`] for what has to happen, however deep it is.
#[inline(always)]
pub(super) fn run_unchecked<R: Runtime, P: Passage, T: Outcome, U, const N: usize>(
    loader: &'static Loader<R>,
    function: *const c_void,
    receiver: HPy,
    objects: [Option<R::Object>; N],
    go: impl FnOnce(Way<'_>) -> T,
    judge: impl FnOnce(&mut Call<R, [Word; N]>, T) -> Fallible<U, R>,
) -> Fallible<U, R> {
    let mut call = Call::new(loader, [Word::NULL; N]);
    if !call.frame.fill(objects) {
        return Err(call.full());
    }
    let result = P::go(loader, function, receiver, call.frame.kept_words(), go);
    judge(&mut call, result)
}

impl<R: Runtime> Call<R> {
    /// A call with any number of arguments.
    #[inline(always)]
    pub(super) fn of_many(loader: &'static Loader<R>) -> Fallible<Self, R> {
        loader.runtime().check_stack()?;
        Ok(Self::new(loader, Many::new()))
    }

    /// Opens a handle for an argument.
    #[inline(always)]
    pub(super) fn push(&mut self, object: R::Object) -> Fallible<HPy, R> {
        match self.frame.push(object) {
            Ok(word) => Ok(HPy(word.bits())),
            Err(_) => Err(self.full()),
        }
    }

    #[inline(always)]
    pub(super) fn push_all(
        &mut self,
        objects: impl IntoIterator<Item = R::Object>,
    ) -> Fallible<(), R> {
        objects
            .into_iter()
            .try_for_each(|object| self.push(object).map(drop))
    }

    #[inline(always)]
    pub(super) fn push_optional(&mut self, object: Option<R::Object>) -> Fallible<HPy, R> {
        object.map_or(Ok(HPy::NULL), |object| self.push(object))
    }
}

impl<R: Runtime, W: BorrowMut<[Word]>> Call<R, W> {
    #[inline(always)]
    fn new(loader: &'static Loader<R>, words: W) -> Self {
        let core = loader.core();
        let is_outermost = core.lock().acquire_if_free(core.runtime());
        let stash = core.stash_error();
        Self {
            frame: ManuallyDrop::new(Frame::with_words(core.handles(), words)),
            core,
            stash,
            is_outermost,
        }
    }

    #[cold]
    #[inline(never)]
    fn full(&self) -> R::Object {
        let memory_error = self.core.constants().h_MemoryError;
        self.core.error(memory_error, "the handle table is full")
    }
}

#[inline(never)]
fn put<O>(objects: &mut Option<Vec<O>>, object: O) {
    objects.get_or_insert_default().push(object);
}

#[inline(never)]
fn bury<R: Runtime>(core: &Core<R>, dying: Vec<R::Object>, outermost: bool) {
    if outermost {
        drop(dying);
    } else {
        core.leave(|_| drop(dying));
    }
}
