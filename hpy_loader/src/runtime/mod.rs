//! What a virtual machine gives: the [`Runtime`] trait.
//!
//! A runtime sees objects, never handles. Its own kind of reference to an
//! object is [`Roots::Object`], and the loader keeps such roots in the slots of
//! its handle table; a method takes `&Object`, a borrow of the root itself, and
//! returns a new root.
//!
//! The trait is one trait in chapters, so that an implementation can lie in files by
//! topic as well: implement the chapters, [`Definitions`](crate::Definitions) for what an
//! extension defines, and [`Runtime`], which is unsafe and has no methods: it says that
//! the chapters keep the [contract](Runtime#contract). [`PyObjects`] and [`FastPaths`] have only
//! optional methods. Dispatch is static throughout: the C functions of the context are compiled for
//! each runtime, and a call of a chapter's method is a plain Rust call.
//!
//! # Rules that are not about memory
//!
//! - A method that fails returns the exception instance, as a root. It leaves
//!   nothing in the VM's own error state: the pending error is the loader's.
//! - Methods may be called from any thread that the VM knows, with the HPy lock
//!   held or left as [`crate::lock`] describes.
//! - An operation that a later HPy adds comes with a default that raises
//!   `NotImplementedError`, so that a VM that compiles today compiles then.

mod calls;
mod containers;
mod errors;
mod fast_paths;
mod modules;
mod numbers;
mod objects;
mod py_objects;
mod python_frame;
mod roots;
mod text;
mod types;

pub use calls::Calls;
pub use containers::{BuiltinKind, Containers};
pub use errors::Errors;
pub use fast_paths::FastPaths;
pub use modules::Modules;
pub use numbers::{BinaryOp, Integer, Numbers, UnaryOp};
pub use objects::{CompareOp, Objects};
pub use py_objects::PyObjects;
pub use python_frame::{Position, PythonFrame};
pub use roots::{MultiThreaded, Roots, SingleThreaded, ThreadModel, Threads};
pub use text::Text;
pub use types::Types;

/// A virtual machine that can run HPy extensions: all chapters, and the promise that they
/// can be relied on.
///
/// ```
/// # use hpy_loader::runtime::Runtime;
/// fn takes_any_vm<R: Runtime>(vm: &R, object: &R::Object) -> R::Object {
///     vm.duplicate(object)
/// }
/// ```
///
/// # Safety
///
/// The implementation keeps the contract below. The loader's unsafe code, and C, build on
/// it; they cite a rule by its number.
///
/// # Contract
///
/// 1. **Roots.** An object lives as long as a root of it. [`duplicate`](Roots::duplicate)
///    gives a root of the same object. [`Object`](Roots::Object) is 8 bytes without
///    padding, and two roots with the same bits are of the same object.
/// 2. **Borrows.** A `&Object` that a method gets is of a root in a slot that stays where
///    it is and stays open until the method returns, or of a root that the runtime itself
///    has just returned. A method that allocates, on a VM that moves objects, makes roots
///    of its own of what it was passed before it allocates.
/// 3. **Quiet methods.** These methods run no foreign code, do not come back to the loader
///    and drop no object that may die by that: all of [`FastPaths`], all methods whose
///    result is no [`VmResult`] in [`Roots`], [`Numbers`], [`Containers`], [`Types`] and
///    [`Objects`] (but `dump`), all of [`PyObjects`], and those that are said to run no Python code. The loader
///    lends them the root in the slot itself, without a pin.
/// 4. **Fields.** What a field refers to is a root in the loader's
///    [`FieldTable`](crate::native::FieldTable), which the runtime uses with the
///    [lock](crate::Loader::lock) held, or with all other threads stopped. When an object
///    dies for good, the runtime [releases](crate::Loader::release_fields) the fields
///    that each `tp_traverse` of it visits. Such a root keeps its object alive, unless a
///    collector treats it as a reference of the object whose `tp_traverse` visits the field;
///    a collector that frees what is only referred to by roots of the table that it has not
///    visited gives those roots up ([`retain_fields`](crate::Loader::retain_fields)) before
///    anything else uses the table.
/// 5. **Text.** What [`utf8`](Text::utf8), [`bytes_data`](Text::bytes_data), their fast
///    forms and [`type_name`](Objects::type_name) give is memory that stays as it is as long
///    as the *object* lives, not just this root, and a NUL byte follows it.
/// 6. **Native structs.** The struct that [`new_instance`](Types::new_instance) and
///    [`native_struct`](Types::native_struct) give has the size that the definition of the
///    type asks for, is zeroed when it is made, is aligned to 16 bytes, and stays where it
///    is as long as the object lives. `native_struct` gives a struct only to an instance of
///    a type with that shape.
/// 7. **Calls.** A function of an extension is called through the
///    [`Loader`](crate::Loader) that its definition came with. A slot or attribute of a
///    type, and a method, is called on an instance of that type, and `tp_new` on a class
///    that derives from the type; an operator has such an instance among its operands; an
///    attribute gets the closure of its definition. `bf_releasebuffer` gets a buffer that
///    `bf_getbuffer` of the same object has filled. The names in
///    [`CallArgs`](crate::call::CallArgs) are a tuple of as many strings as are said.
/// 8. **Moving.** A collector moves objects only if it finds the roots in open slots
///    through [`Loader::for_each_root`](crate::Loader::for_each_root), and those of fields
///    by rule 4, and rewrites them in place, and moves nothing before [`Loader::new`](crate::Loader::new) has returned. A
///    root that a method returned is in a slot before the next method is called, unless
///    just that call borrows it or nobody uses it afterwards.
/// 9. **Roots elsewhere.** [`UNTRACKED_ROOTS`](FastPaths::UNTRACKED_ROOTS) is true only if
///    a root may lie anywhere in memory.
/// 10. **`PyObject *`.** What [`as_py_object`](PyObjects::as_py_object) gives begins with
///     [`cpy_PyObject`](crate::abi::cpy_PyObject), stays where it is as long as its count is not
///     0, and keeps its object alive so long. A native struct of a legacy type is what its
///     instance gives.
pub unsafe trait Runtime:
    Roots
    + Errors
    + Numbers
    + Objects
    + Calls
    + Text
    + Containers
    + Modules
    + Types
    + PyObjects
    + FastPaths
{
}

/// A result whose failure is the exception instance to raise.
pub type VmResult<T, R> = Result<T, <R as Roots>::Object>;
