//! Roots, fields, constants, threads.

/// References to objects, and where a thread may wait.
pub trait Roots: Sized + 'static {
    /// An owned reference to an object, 8 bytes wide. The object lives at least
    /// as long as a root of it. Dropping the root may run finalizers.
    type Object: 'static;

    /// Whether several threads can run Python code at the same time. Where they
    /// can't, the HPy lock compiles to nothing, and the runtime should not be
    /// `Sync`, which keeps the loader on its thread as well.
    const THREADS: bool;

    /// Whether a root may lie anywhere in memory: the VM counts references, say, and
    /// need not find them. Where it does need to, the loader keeps roots in the handle
    /// table only, where the VM finds them.
    const UNTRACKED_ROOTS: bool = false;

    /// A second root of the same object.
    fn duplicate(&self, object: &Self::Object) -> Self::Object;

    /// Whether something else than this root keeps the object alive. A handle of
    /// such an object can be used for a while after C has closed it. A VM that
    /// can't tell says no.
    #[inline]
    fn is_shared(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }

    /// Whether the object can die anywhere: it refers to no other object that may
    /// die with it and has no finalizer, as a plain number or text, or an instance
    /// whose fields are empty. A VM that can't tell says no. Runs no Python code, but
    /// may ask a `tp_traverse`, since the root is no borrow from a slot.
    #[inline]
    fn is_inert(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }

    /// Whether both roots refer to one object (`is`).
    fn is_same(&self, a: &Self::Object, b: &Self::Object) -> bool;

    /// The word that an `HPyField` in an extension's struct holds for `object`.
    /// Not 0, and the top 16 bits are 0, as in a user-space address. The field
    /// owns the reference; the runtime's collector finds it through the type's
    /// `tp_traverse`.
    fn store_field(&self, object: Self::Object) -> isize;

    /// Takes the reference out of a field.
    ///
    /// # Safety
    ///
    /// `word` came from [`store_field`](Self::store_field), possibly rewritten by
    /// the collector, and the field gives it up.
    unsafe fn take_field(&self, word: isize) -> Self::Object;

    /// A new root of the object that a field refers to.
    ///
    /// # Safety
    ///
    /// As [`take_field`](Self::take_field), but the field keeps its reference.
    unsafe fn load_field(&self, word: isize) -> Self::Object;

    /// Lends the object that a field refers to to `look`, which runs no Python
    /// code. For a VM that can do so for less than a root.
    ///
    /// # Safety
    ///
    /// As [`load_field`](Self::load_field).
    #[inline]
    unsafe fn with_field<T>(&self, word: isize, look: impl FnOnce(&Self::Object) -> T) -> T {
        // SAFETY: passed on to the caller.
        look(&unsafe { self.load_field(word) })
    }

    /// The object behind a constant of the context, by its Python name: a
    /// builtin, or `__builtins__` for the builtins' dict and `PyCapsule` for
    /// the capsules' type. The names are those of the [rows](crate::abi::context::ROWS)
    /// that are [handles](crate::abi::context::RowKind::Handle): `None`, `type`,
    /// `ValueError` and so on. Called once a row when the context is made, which is
    /// when a collector must not move anything yet.
    ///
    /// # Panics
    ///
    /// If there is no such object; the context can't be made then.
    fn constant(&self, python_name: &str) -> Self::Object;

    /// Runs `wait`, which may block for long, in such a way that the VM's
    /// collector can stop the world meanwhile.
    fn wait(&self, wait: &mut dyn FnMut());

    /// The thread stops running Python code until [`attach`](Self::attach), for
    /// `HPy_LeavePythonExecution`.
    fn detach(&self);

    /// The thread runs Python code again.
    fn attach(&self);
}
