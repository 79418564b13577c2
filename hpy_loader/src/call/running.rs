//! A call in progress: what is set up before C runs, and taken down after.

use crate::abi::{HPy, HPyContext};
use crate::core::{Core, SetAside};
use crate::debug::Visit;
use crate::handles::{Frame, Word};
use crate::loader::Loader;
use crate::lock::Entered;
use crate::modes::{Outcome, Wrapper};
use crate::runtime::{Fallible, Runtime};
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// One call in progress: the lock is held, the arguments are open, and no error
/// is pending, whatever was going on when the VM came here.
pub(super) struct Call<R: Runtime> {
    pub(super) frame: ManuallyDrop<Frame<'static, R::Object>>,
    aside: ManuallyDrop<SetAside<'static, R>>,
    entered: ManuallyDrop<Entered<'static>>,
    pub(super) core: &'static Core<R>,
    pub(super) loader: &'static Loader<R>,
}

/// How a C function is to be called.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
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

    /// The handle that the core gets for one that C gives away.
    #[inline(always)]
    pub(super) fn own(self, handle: HPy) -> HPy {
        match self.visit {
            None => handle,
            Some(visit) => visit.own(handle),
        }
    }
}

impl<R: Runtime> Drop for Call<R> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the three are taken here and nowhere else.
        let (frame, aside, entered) = unsafe {
            (
                ManuallyDrop::take(&mut self.frame),
                ManuallyDrop::take(&mut self.aside),
                ManuallyDrop::take(&mut self.entered),
            )
        };
        // Arguments may have finalizers, which must not run under the lock. But
        // most are somebody else's as well, and go without anything happening.
        let vm = self.loader.runtime();
        let mut dying = Vec::new();
        frame.finish_into(|object| {
            if vm.is_shared(&object) || vm.is_inert(&object) {
                drop(object);
            } else {
                dying.push(object);
            }
        });
        drop(aside);
        let outermost = entered.is_outermost();
        drop(entered);
        if outermost {
            drop(dying);
        } else if !dying.is_empty() {
            self.core.leave(|_| drop(dying));
        }
    }
}

impl<R: Runtime> Call<R> {
    /// C may call Python and Python C, to any depth: what the VM says of its
    /// stack is asked before every call, since C itself asks nobody.
    // Always, as `unchecked`, since it is slow to move what has just been written.
    #[inline(always)]
    pub(super) fn new(loader: &'static Loader<R>) -> Fallible<Self, R> {
        loader.runtime().check_stack()?;
        Ok(Self::unchecked(loader))
    }

    /// For what has to happen, however deep it is.
    #[inline(always)]
    pub(super) fn unchecked(loader: &'static Loader<R>) -> Self {
        let core = loader.core();
        let entered = core.lock().enter(core.runtime());
        Self {
            frame: ManuallyDrop::new(Frame::new(core.handles())),
            aside: ManuallyDrop::new(core.set_aside()),
            entered: ManuallyDrop::new(entered),
            core,
            loader,
        }
    }

    /// Opens a handle for an argument.
    #[inline(always)]
    pub(super) fn push(&mut self, object: R::Object) -> Fallible<HPy, R> {
        match self.frame.push(object) {
            Ok(word) => Ok(HPy(word.bits())),
            Err(_) => Err(self.full()),
        }
    }

    /// Opens a handle of its own for what a kept one refers to: in a mode that
    /// wraps the context, C's handles end with the call.
    #[cold]
    pub(super) fn push_kept(&mut self, kept: HPy) -> Fallible<HPy, R> {
        let core = self.core;
        match core.handles().pin(Word::from_bits(kept.0)) {
            Some(object) => self.push(core.runtime().duplicate(&object)),
            None => unreachable!("what is kept stays open"),
        }
    }

    #[cold]
    fn full(&self) -> R::Object {
        let memory_error = self.loader.constants().h_MemoryError;
        self.loader.error(memory_error, "the handle table is full")
    }

    #[inline]
    pub(super) fn push_optional(&mut self, object: Option<R::Object>) -> Fallible<HPy, R> {
        object.map_or(Ok(HPy::NULL), |object| self.push(object))
    }

    /// Calls C: `call` makes the call in the way that it is told. `function` is
    /// the one that is called.
    #[inline(always)]
    pub(super) fn invoke<T: Outcome>(
        &self,
        function: *const c_void,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        match self.loader.wrapper() {
            None => call(Way {
                context: self.core.context(),
                handles: self.handles(),
                visit: None,
            }),
            Some(wrapper) => self.invoke_wrapped(wrapper, function, call),
        }
    }

    /// The arguments as the core knows them.
    #[inline(always)]
    fn handles(&self) -> &[HPy] {
        let words = self.frame.words();
        // SAFETY: `Word` and `HPy` are both transparent wrappers of one word, for
        // which any bits are fine.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
    }

    #[cold]
    #[inline(never)]
    fn invoke_wrapped<T: Outcome>(
        &self,
        wrapper: Wrapper,
        function: *const c_void,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        match wrapper {
            Wrapper::Trace(trace) => {
                let way = Way {
                    context: trace.context(),
                    handles: self.handles(),
                    visit: None,
                };
                trace.call(function, || call(way))
            }
            Wrapper::Debug(extension) => {
                let visit = Visit::new(extension, function, self.frame.words());
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
