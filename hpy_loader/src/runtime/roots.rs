//! Roots, constants, threads.

/// How many threads may run Python code at the same time: [`SingleThreaded`] or
/// [`MultiThreaded`].
pub trait ThreadModel: sealed::Sealed {
    /// Whether there may be several.
    const THREADS: bool;
}

/// The two models, for a runtime that is generic over them.
#[derive(Debug)]
pub struct Threads<const SEVERAL: bool>;

/// One thread at most, which also makes the loader. The HPy lock compiles to nothing, and
/// the [`Loader`](crate::Loader) is not `Sync`, so it stays on that thread:
///
/// ```compile_fail
/// # use hpy_loader::{Loader, runtime::{Runtime, SingleThreaded}};
/// fn share<T: Sync>() {}
/// fn refused<R: Runtime<Threads = SingleThreaded> + Sync>() {
///     share::<Loader<R>>();
/// }
/// ```
pub type SingleThreaded = Threads<false>;

/// Several threads. The [`Loader`](crate::Loader) is `Sync` if the runtime is:
///
/// ```
/// # use hpy_loader::{Loader, runtime::{MultiThreaded, Runtime}};
/// fn share<T: Sync>() {}
/// fn accepted<R: Runtime<Threads = MultiThreaded> + Sync>() {
///     share::<Loader<R>>();
/// }
/// ```
pub type MultiThreaded = Threads<true>;

impl<const SEVERAL: bool> ThreadModel for Threads<SEVERAL> {
    const THREADS: bool = SEVERAL;
}

mod sealed {
    pub trait Sealed {}
    impl<const SEVERAL: bool> Sealed for super::Threads<SEVERAL> {}
}

/// References to objects, and where a thread may wait.
pub trait Roots: Sized + 'static {
    /// An owned reference to an object, 8 bytes wide. The object lives at least
    /// as long as a root of it. Dropping the root may run finalizers.
    type Object: 'static;

    /// Whether several threads can run Python code at the same time.
    type Threads: ThreadModel;

    /// Short for the same in [`Threads`](Self::Threads).
    const THREADS: bool = <Self::Threads as ThreadModel>::THREADS;

    /// A second root of the same object.
    fn duplicate(&self, object: &Self::Object) -> Self::Object;

    /// Whether something else than this root keeps the object alive. A handle of
    /// such an object can be used until the call of C is over, since extensions that use
    /// a closed handle get away with it on CPython. A VM that counts references answers
    /// whether there is more than one; a VM that can't tell says no.
    #[inline]
    fn is_shared(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }

    /// Whether both roots refer to one object (`is`).
    fn is_same(&self, a: &Self::Object, b: &Self::Object) -> bool;

    /// The object behind a constant of the context, by its Python name: a
    /// builtin, or `__builtins__` for the builtins' dict and `PyCapsule` for
    /// the capsules' type. The names are those of the [rows](crate::abi::context::ROWS)
    /// that are [handles](crate::abi::context::RowKind::Handle): `None`, `type`,
    /// `ValueError` and so on. Called once a row when the context is made, which is
    /// when a collector must not move anything yet, and by defaults of this trait's
    /// chapters that raise an error.
    ///
    /// # Panics
    ///
    /// If there is no such object; the context can't be made then.
    fn constant(&self, python_name: &str) -> Self::Object;

    /// Runs `wait`, which may block for long, in such a way that the VM's
    /// collector can stop the world meanwhile. A VM with one thread just calls `wait`.
    fn wait(&self, wait: &mut dyn FnMut());

    /// Stops here for as long as the VM wants this thread to stop: until its collector has
    /// been through or has caught up, or for ever once the process ends. C code may go on
    /// for as long as it likes and run no Python code meanwhile, so the loader calls this
    /// now and then, when the thread does not hold the lock. It may collect, and has to be
    /// quick if nobody wants the thread to stop.
    #[inline]
    fn pass_safepoint(&self) {}

    /// The thread stops running Python code until [`attach`](Self::attach), for
    /// `HPy_LeavePythonExecution`.
    fn detach(&self);

    /// The thread runs Python code again.
    fn attach(&self);
}
