//! The modes: contexts that wrap the universal one.
//!
//! An extension that is loaded in trace mode gets a context whose functions
//! count and time those of the universal context ([`crate::trace`]); one in
//! debug mode gets a context that checks what the extension does with them.
//! Both work at the level of the ABI: they know rows of the context table and
//! words, no runtime. So every runtime has them, and need not know: it gets a
//! [`Loader`] with every definition, and calls through that.
//!
//! # The way out to C
//!
//! A loader calls C through functions that were made for its mode (see
//! [`crate::call`]). Those of the universal mode do not know that there are others,
//! so that it pays nothing for them.
//!
//! # The way in from C
//!
//! A mode's context calls the universal one. To do so it has a copy of it, in a
//! gate of its own, which tells the core which loader the extension belongs to:
//! types that the extension defines have to call back through that loader.

mod mode;

pub use mode::{InvalidMode, Mode};

use crate::abi::{HPy, HPyContext};
use crate::boundary::ContextInstance;
use crate::core::Core;
use crate::debug::{Debug, Extension};
use crate::loader::Loader;
use crate::runtime::Runtime;
use crate::sites::PythonStack;
use crate::trace::Trace;
use std::ffi::c_int;
use std::sync::OnceLock;

/// What stands between an extension and the universal context.
#[derive(Clone, Copy)]
pub(crate) enum Wrapper {
    Trace(&'static Trace),
    Debug(&'static Extension),
}

impl Wrapper {
    pub(crate) fn context(self) -> *mut HPyContext {
        match self {
            Self::Trace(trace) => trace.context(),
            Self::Debug(extension) => extension.context(),
        }
    }

    /// Says that a function was given NULL where it needs something.
    #[cold]
    pub(crate) fn refused_null(self, row: &str, needed: &str) {
        match self {
            Self::Trace(_) => {}
            Self::Debug(extension) => extension.refused_null(row, needed),
        }
    }
}

/// The loader and the state of each mode of one core.
pub(crate) struct Modes<R: Runtime> {
    trace: OnceLock<(&'static Trace, &'static Loader<R>)>,
    debug: OnceLock<&'static Debug>,
}

impl<R: Runtime> Default for Modes<R> {
    fn default() -> Self {
        Self {
            trace: OnceLock::new(),
            debug: OnceLock::new(),
        }
    }
}

/// Makes the loader of a mode: `make` gets the context to wrap.
fn wrap<R: Runtime, T>(
    core: &'static Core<R>,
    make: impl FnOnce(*mut HPyContext) -> (T, Wrapper),
) -> (T, &'static Loader<R>) {
    // SAFETY: the context consists of pointers and numbers, and is complete.
    let instance = ContextInstance::<R>::leak(core, |_| unsafe { core.context().read() });
    let (made, wrapper) = make(instance.cast());
    let loader = Loader::leak(core, Some(wrapper));
    // SAFETY: just leaked; C has not seen it yet.
    unsafe { &*instance }.set_loader(loader);
    (made, loader)
}

impl<R: Runtime> Loader<R> {
    /// The state of the trace mode.
    pub fn trace(&self) -> &'static Trace {
        self.trace_mode().0
    }

    /// The loader for extensions in trace mode.
    pub fn traced(&self) -> &'static Loader<R> {
        self.trace_mode().1
    }

    /// Has the trace mode book the time of calls on the stacks that they are made
    /// from, see [`Trace::folded`].
    pub fn fold_traces(&self) {
        let core = self.core();
        let _entered = self.lock().enter(self.runtime());
        self.trace()
            .fold(Box::new(|| PythonStack::capture(core.runtime())));
    }

    fn trace_mode(&self) -> (&'static Trace, &'static Loader<R>) {
        let core = self.core();
        *core.modes.trace.get_or_init(|| {
            wrap(core, |inner| {
                let trace = Trace::new(inner);
                (trace, Wrapper::Trace(trace))
            })
        })
    }

    /// The state of the debug mode.
    pub fn debug(&self) -> &'static Debug {
        let core = self.core();
        core.modes.debug.get_or_init(|| {
            let python = Box::new(|| PythonStack::capture(core.runtime()));
            Debug::new(core.context(), core.pending_place(), python)
        })
    }

    /// A loader for the module `name` in debug mode.
    pub fn debugged(&self, name: &str) -> &'static Loader<R> {
        let debug = self.debug();
        let _entered = self.lock().enter(self.runtime());
        let (_, loader) = wrap(self.core(), |inner| {
            let extension = Extension::new(debug, inner, name);
            ((), Wrapper::Debug(extension))
        });
        loader
    }

    /// Keeps `object` in a place of a mode, or empties it.
    pub fn set_hook(&self, hook: &Hook, object: Option<R::Object>) {
        let _entered = self.lock().enter(self.runtime());
        let word = object.map_or(HPy::NULL, |object| {
            self.open_borrowed(object).unwrap_or(HPy::NULL)
        });
        let old = hook.0.replace(word);
        self.core().end_borrow(old);
    }
}

/// A Python function that a mode calls.
#[derive(Debug)]
pub struct Hook(std::cell::Cell<HPy>);

impl Hook {
    /// A place with nothing in it.
    pub(crate) const fn new() -> Self {
        Self(std::cell::Cell::new(HPy::NULL))
    }

    /// The function, if there is one.
    pub(crate) fn get(&self) -> Option<HPy> {
        Some(self.0.get()).filter(|hook| !hook.is_null())
    }
}

/// What a C function returned, as far as a mode wants to know.
pub(crate) trait Outcome {
    /// Whether it says that the function has failed; nothing if it can't say.
    fn is_failure(&self) -> Option<bool>;

    /// The same with another handle, if it is one.
    fn map_handle(self, _: impl FnOnce(HPy) -> HPy) -> Self
    where
        Self: Sized,
    {
        self
    }
}

impl Outcome for () {
    fn is_failure(&self) -> Option<bool> {
        Some(false)
    }
}

impl Outcome for HPy {
    fn is_failure(&self) -> Option<bool> {
        Some(self.is_null())
    }

    fn map_handle(self, map: impl FnOnce(HPy) -> HPy) -> Self {
        map(self)
    }
}

impl Outcome for c_int {
    fn is_failure(&self) -> Option<bool> {
        Some(*self < 0)
    }
}

impl Outcome for isize {
    fn is_failure(&self) -> Option<bool> {
        Some(*self < 0)
    }
}
