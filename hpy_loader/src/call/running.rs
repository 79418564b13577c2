//! A call in progress: what is set up before C runs, and taken down after.

use crate::abi::{HPy, HPyContext};
use crate::call::Loader;
use crate::core::{Core, ErrorStash};
use crate::debug::DebugCall;
use crate::handles::{ArgumentScope, HandleVec, RawHandle};
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};
use std::borrow::BorrowMut;
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// One call in progress: the lock is held, the arguments are open, and no error
/// is pending, whatever was going on when the VM came here.
///
/// `W` is what the [`ArgumentScope`] keeps its words in. Nothing here is there twice, and a
/// call stays where it was made: it lies in memory, for a panic's sake, and is
/// written once.
pub(super) struct RunningCall<R: Runtime, W: BorrowMut<[RawHandle]> = HandleVec> {
    pub(super) scope: ManuallyDrop<ArgumentScope<'static, R::Object, W>>,
    pub(super) core: &'static Core<R>,
    stash: ErrorStash,
    is_outermost: bool,
}

impl<R: Runtime, W: BorrowMut<[RawHandle]>> Drop for RunningCall<R, W> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the scope is taken here and nowhere else.
        let scope = unsafe { ManuallyDrop::take(&mut self.scope) };
        // Arguments may have finalizers, which must not run under the lock. But
        // most are somebody else's as well, and go without anything happening.
        let core = self.core;
        let vm = core.runtime();
        let mut dying = None;
        scope.finish_into(|object| {
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
            drop_after_call(core, dying, self.is_outermost);
        }
    }
}

/// Calls a function on `receiver`, if that is none of the arguments, and with these
/// objects: `go` makes the call, with `HPy_NULL` where there is no object, and `judge`
/// takes what it has returned. C may call Python and Python C, to any depth, and C itself
/// asks nobody: so whoever calls here has asked what the VM says of its stack, but for
/// what has to happen however deep it is.
#[inline(always)]
pub(super) fn run<R: Runtime, P: CallMode, T: Outcome, U, const N: usize>(
    loader: &'static Loader<R>,
    function: *const c_void,
    receiver: HPy,
    objects: [Option<R::Object>; N],
    go: impl FnOnce(PreparedCall<'_>) -> T,
    judge: impl FnOnce(&mut RunningCall<R, [RawHandle; N]>, T) -> VmResult<U, R>,
) -> VmResult<U, R> {
    let mut call = RunningCall::new(loader, [RawHandle::NULL; N]);
    if !call.scope.fill(objects) {
        return Err(call.full());
    }
    let result = P::go(loader, function, receiver, call.scope.kept_words(), go);
    judge(&mut call, result)
}

/// Any number of objects between two that may be none.
pub(super) type ManyObjects<O> = (Option<O>, Vec<O>, Option<O>);

/// [`run`] with any number of objects. It asks the VM about its stack itself.
#[inline(always)]
pub(super) fn run_many<R: Runtime, P: CallMode, T: Outcome, U>(
    loader: &'static Loader<R>,
    function: *const c_void,
    receiver: HPy,
    (first, objects, last): ManyObjects<R::Object>,
    go: impl FnOnce(PreparedCall<'_>) -> T,
    judge: impl FnOnce(&mut RunningCall<R>, T) -> VmResult<U, R>,
) -> VmResult<U, R> {
    loader.runtime().check_stack()?;
    let mut call = RunningCall::new(loader, HandleVec::new());
    if let Some(first) = first {
        call.push(first)?;
    }
    for object in objects {
        call.push(object)?;
    }
    if let Some(last) = last {
        call.push(last)?;
    }
    let result = P::go(loader, function, receiver, call.scope.kept_words(), go);
    judge(&mut call, result)
}

impl<R: Runtime> RunningCall<R> {
    /// Opens a handle for one more argument.
    #[inline(always)]
    fn push(&mut self, object: R::Object) -> VmResult<(), R> {
        match self.scope.push(object) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.full()),
        }
    }
}

impl<R: Runtime, W: BorrowMut<[RawHandle]>> RunningCall<R, W> {
    #[inline(always)]
    pub(super) fn new(loader: &'static Loader<R>, words: W) -> Self {
        let core = loader.core();
        let is_outermost = core.lock().acquire_if_free(core.runtime());
        let stash = core.stash_error();
        Self {
            scope: ManuallyDrop::new(ArgumentScope::with_words(core.handles(), words)),
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
fn drop_after_call<R: Runtime>(core: &Core<R>, dying: Vec<R::Object>, outermost: bool) {
    if outermost {
        drop(dying);
    } else {
        core.leave(|_| drop(dying));
    }
}

/// How a C function is to be called.
#[derive(Clone, Copy)]
pub(crate) struct PreparedCall<'a> {
    pub(super) context: *mut HPyContext,
    /// What it is called on, if that is none of the arguments, as C gets it.
    pub(super) receiver: HPy,
    /// The arguments, as C gets them.
    pub(super) handles: &'a [HPy],
    /// What tells the handles of C from the core's own.
    pub(super) debug_call: Option<&'a DebugCall>,
}

impl PreparedCall<'_> {
    /// What it is called on, the arguments behind that, and the handle behind `count` of
    /// them, or `HPy_NULL` if there is none.
    #[inline(always)]
    pub(super) fn split(self, count: usize) -> (HPy, *const HPy, HPy) {
        let (receiver, args) = match self.receiver.is_null() {
            true => (self.handles[0], &self.handles[1..]),
            false => (self.receiver, self.handles),
        };
        let last = args.get(count).copied().unwrap_or(HPy::NULL);
        (receiver, args.as_ptr(), last)
    }

    /// The argument at `place`, as C gets it.
    #[inline(always)]
    pub(super) fn arg(self, place: usize) -> HPy {
        self.handles[place]
    }

    /// The handle that the core gets for one that C gives away.
    #[inline(always)]
    pub(super) fn own(self, handle: HPy) -> HPy {
        match self.debug_call {
            None => handle,
            Some(call) => call.own(handle),
        }
    }
}

/// Words as C gets them.
#[inline(always)]
pub(super) fn handles(words: &[RawHandle]) -> &[HPy] {
    // SAFETY: `RawHandle` and `HPy` are both transparent wrappers of one word, for
    // which any bits are fine.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
}

/// The mode in which C is called. The code of a call is made for each of them, and a
/// loader has that for its own (see [`Trampolines`](super::Trampolines)).
pub(crate) trait CallMode {
    /// Calls C: `call` makes the call that has been prepared. `function` is the one
    /// that is called, `receiver` what it is called on, if that is none of its
    /// arguments, and `words` are those.
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        function: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(PreparedCall<'_>) -> T,
    ) -> T;
}

/// The universal mode, where nothing lies between.
pub(crate) struct Universal;

impl CallMode for Universal {
    #[inline(always)]
    fn go<R: Runtime, T: Outcome, W: BorrowMut<[RawHandle]> + Clone>(
        loader: &Loader<R>,
        _: *const c_void,
        receiver: HPy,
        words: &W,
        call: impl FnOnce(PreparedCall<'_>) -> T,
    ) -> T {
        let core = loader.core();
        let outcome = call(PreparedCall {
            context: core.context(),
            receiver,
            handles: handles(words.borrow()),
            debug_call: None,
        });
        core.expect_back();
        outcome
    }
}
