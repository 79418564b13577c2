//! A call in progress: what is set up before C runs, and taken down after.

use super::passage::{Passage, Way};
use crate::abi::HPy;
use crate::core::{Core, SetAside};
use crate::handles::{Frame, Many, Word};
use crate::loader::Loader;
use crate::lock::Entered;
use crate::modes::Outcome;
use crate::runtime::{Fallible, Runtime};
use std::borrow::BorrowMut;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// One call in progress: the lock is held, the arguments are open, and no error
/// is pending, whatever was going on when the VM came here.
///
/// `W` is what the [`Frame`] keeps its words in. A call that [`end`](Self::end)s
/// is taken down in place; dropping one is for those that fail.
pub(super) struct Call<R: Runtime, P: Passage, W: BorrowMut<[Word]> = Many> {
    pub(super) frame: ManuallyDrop<Frame<'static, R::Object, W>>,
    aside: ManuallyDrop<SetAside<'static, R>>,
    entered: ManuallyDrop<Entered<'static>>,
    pub(super) core: &'static Core<R>,
    pub(super) loader: &'static Loader<R>,
    passage: PhantomData<P>,
}

/// What a call has to have before it may open handles.
struct Begun<R: Runtime> {
    aside: SetAside<'static, R>,
    entered: Entered<'static>,
    core: &'static Core<R>,
    loader: &'static Loader<R>,
}

impl<R: Runtime> Begun<R> {
    #[inline(always)]
    fn new(loader: &'static Loader<R>) -> Self {
        let core = loader.core();
        let entered = core.lock().enter(core.runtime());
        Self {
            aside: core.set_aside(),
            entered,
            core,
            loader,
        }
    }
}

impl<R: Runtime, P: Passage, W: BorrowMut<[Word]>> Drop for Call<R, P, W> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: nobody uses it again.
        unsafe { self.take_down() };
    }
}

impl<R: Runtime, P: Passage> Call<R, P> {
    /// C may call Python and Python C, to any depth: what the VM says of its
    /// stack is asked before every call, since C itself asks nobody.
    #[inline(always)]
    pub(super) fn new(loader: &'static Loader<R>) -> Fallible<Self, R> {
        loader.runtime().check_stack()?;
        let begun = Begun::new(loader);
        let frame = Frame::new(begun.core.handles());
        Ok(Self::of(begun, frame))
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

impl<R: Runtime, P: Passage, const N: usize> Call<R, P, [Word; N]> {
    /// [`new`](Call::new) with arguments, of which C gets `HPy_NULL` where there is
    /// none.
    #[inline(always)]
    pub(super) fn with(
        loader: &'static Loader<R>,
        objects: [Option<R::Object>; N],
    ) -> Fallible<Self, R> {
        loader.runtime().check_stack()?;
        Self::unchecked(loader, objects)
    }

    /// For what has to happen, however deep it is.
    #[inline(always)]
    pub(super) fn unchecked(
        loader: &'static Loader<R>,
        objects: [Option<R::Object>; N],
    ) -> Fallible<Self, R> {
        let begun = Begun::new(loader);
        let (frame, has_room) = Frame::of(begun.core.handles(), objects);
        let call = Self::of(begun, frame);
        match has_room {
            true => Ok(call),
            false => Err(call.full()),
        }
    }
}

impl<R: Runtime, P: Passage, W: BorrowMut<[Word]>> Call<R, P, W> {
    #[inline(always)]
    fn of(begun: Begun<R>, frame: Frame<'static, R::Object, W>) -> Self {
        Self {
            frame: ManuallyDrop::new(frame),
            aside: ManuallyDrop::new(begun.aside),
            entered: ManuallyDrop::new(begun.entered),
            core: begun.core,
            loader: begun.loader,
            passage: PhantomData,
        }
    }

    #[cold]
    fn full(&self) -> R::Object {
        let memory_error = self.loader.constants().h_MemoryError;
        self.loader.error(memory_error, "the handle table is full")
    }

    /// Calls C: `call` makes the call in the way that it is told. `function` is
    /// the one that is called.
    #[inline(always)]
    pub(super) fn invoke<T: Outcome>(
        &self,
        function: *const c_void,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        P::go(self.loader, function, self.frame.words(), call)
    }

    /// Takes the call down.
    #[inline(always)]
    pub(super) fn end(self) {
        let mut call = ManuallyDrop::new(self);
        // SAFETY: it is not dropped.
        unsafe { call.take_down() };
    }

    /// # Safety
    ///
    /// Once, and nothing of the call is used afterwards.
    #[inline(always)]
    unsafe fn take_down(&mut self) {
        // SAFETY: the three are taken here and nowhere else, and this is once.
        let (frame, aside, entered) = unsafe {
            (
                ManuallyDrop::take(&mut self.frame),
                ManuallyDrop::take(&mut self.aside),
                ManuallyDrop::take(&mut self.entered),
            )
        };
        // Arguments may have finalizers, which must not run under the lock. But
        // most are somebody else's as well, and go without anything happening.
        let vm = self.core.runtime();
        let mut dying = None;
        frame.finish_into(|object| {
            if vm.is_shared(&object) || vm.is_inert(&object) {
                drop(object);
            } else {
                put(&mut dying, object);
            }
        });
        drop(aside);
        let outermost = entered.is_outermost();
        drop(entered);
        if let Some(dying) = dying {
            bury(self.core, dying, outermost);
        }
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
