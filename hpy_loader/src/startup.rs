//! Making a core with its context, and the loader of each mode.
//!
//! A mode's context calls a copy of the universal context. The copy is in an instance of
//! its own, which tells the core the loader of the extension: types that the extension
//! defines call back through that loader.

use crate::abi::{ABI_VERSION, HPy};
use crate::boundary::ContextInstance;
use crate::call::{Loader, Modes, Wrapper, escape};
use crate::context;
use crate::core::Core;
use crate::debug::{Debug, Extension, LockAccess, VmAccess};
use crate::definitions::Definitions;
use crate::handles::{RawHandle, ReserveError};
use crate::modes::{Hook, Mode, WrappedContext};
use crate::native;
use crate::platform::call_frame;
use crate::runtime::Runtime;
use crate::sites::PythonStack;
use crate::trace::Trace;

/// Makes the loader of a mode: `make` gets the context to wrap.
fn wrap<R: Runtime, T>(
    (core, modes): (&'static Core<R>, &'static Modes<R>),
    make: impl FnOnce(WrappedContext) -> (T, Wrapper),
) -> (T, &'static Loader<R>) {
    // SAFETY: the context consists of pointers and numbers, and is complete.
    let instance = ContextInstance::<R>::leak(core, |_| unsafe { core.context().read() });
    // SAFETY: the instance begins with a complete context, is never freed, and is not
    // written.
    let (made, wrapper) = make(unsafe { WrappedContext::new(instance.cast()) });
    let loader = Loader::leak(core, Some(wrapper), modes);
    // SAFETY: just leaked; C has not seen it yet.
    unsafe { &*instance }.set_loader(loader);
    (made, loader)
}

impl<R: Runtime> Loader<R> {
    /// Makes the core for `runtime`, and its loader for the universal mode.
    ///
    /// # Errors
    ///
    /// If the address space for the handles can't be reserved.
    pub fn new(runtime: R) -> Result<&'static Self, ReserveError>
    where
        R: Definitions,
    {
        call_frame::report_escapes(escape::report);
        let core = Core::new(runtime)?;
        let instance = ContextInstance::leak(core, |fast_paths| {
            let mut context = context::functions::<R>(fast_paths);
            context.name = c"HPy Universal ABI (hpy_loader)".as_ptr();
            context.abi_version = ABI_VERSION;
            core.open_constants(&mut context);
            context
        });
        core.set_context(instance.cast());
        let modes = Box::leak(Box::default());
        let loader = Self::leak(core, None, modes);
        // SAFETY: just leaked; C has not seen it yet.
        unsafe { &*instance }.set_loader(loader);
        Ok(loader)
    }

    fn universal(&self) -> &'static Self {
        // SAFETY: the universal context of a core is in an instance for `R`.
        unsafe { ContextInstance::<R>::of(self.core().context()) }.loader()
    }

    /// The loader for the module `name` in a mode.
    pub fn in_mode(&'static self, mode: Mode, name: &str) -> &'static Self {
        match mode {
            Mode::Universal => self.universal(),
            Mode::Debug => self.debugged(name),
            Mode::Trace => self.traced(),
        }
    }

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
        *self.modes.trace.get_or_init(|| {
            wrap((self.core(), self.modes), |inner| {
                let trace = Trace::new(inner);
                (trace, Wrapper::Trace(trace))
            })
        })
    }

    /// The state of the debug mode.
    pub fn debug(&self) -> &'static Debug {
        let core = self.core();
        self.modes.debug.get_or_init(|| {
            // SAFETY: the universal context is never freed, and was written before.
            let inner = unsafe { WrappedContext::new(core.context()) };
            let vm = VmAccess {
                python: Box::new(|| PythonStack::capture(core.runtime())),
                pending_repr: Box::new(|| core.pending_repr()),
                is_field: Box::new(|field| core.fields().with(field, |_| ()).is_some()),
                is_shared: Box::new(|handle| {
                    let object = core.handles().pin(RawHandle::from(handle));
                    object.is_some_and(|object| core.runtime().is_shared(&object))
                }),
            };
            let lock = LockAccess {
                enter: Box::new(|work| {
                    let _entered = core.lock().enter(core.runtime());
                    work();
                }),
                mark_of_holder: Box::new(|| core.lock().mark_of_holder::<R>()),
                has_threads: R::THREADS,
            };
            Debug::new(inner, core.pending_place(), vm, native::visit_fields, lock)
        })
    }

    /// The loader for the module `name` in debug mode.
    pub fn debugged(&self, name: &str) -> &'static Loader<R> {
        let debug = self.debug();
        let _entered = self.lock().enter(self.runtime());
        let mut loaders = self.modes.debugged.lock();
        if let Some((_, known)) = loaders.iter().find(|(known, _)| known == name) {
            return known;
        }
        let (_, loader) = wrap((self.core(), self.modes), |inner| {
            let extension = Extension::new(debug, inner, name);
            ((), Wrapper::Debug(extension))
        });
        loaders.push((name.to_owned(), loader));
        loader
    }

    /// Keeps `object` in a place of a mode, or empties it.
    pub fn set_hook(&self, hook: &Hook, object: Option<R::Object>) {
        let _entered = self.lock().enter(self.runtime());
        let word = object.map_or(HPy::NULL, |object| {
            self.core().open_borrowed(object).unwrap_or(HPy::NULL)
        });
        let old = hook.replace(word);
        self.core().end_borrow(old);
    }
}
