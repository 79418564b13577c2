//! A toy VM: the smallest one that runs unmodified HPy binaries.
//!
//! It shows what the loader asks of a VM and little else. Objects are reference
//! counted, there is no Python in it, and where an operation is missing it raises
//! `NotImplementedError`. The [guide](hpy_loader::guide) walks along these files.
//!
//! Read them in this order:
//!
//! 1. `object.rs`: what an object is; a reference to one is the VM's *root*.
//! 2. `runtime/roots.rs`: roots, fields and threads, the chapter that all others need.
//! 3. `vm.rs` and `builtins.rs`: the VM, and what C finds by name.
//! 4. `import.rs`: from a file to a module. Then `runtime/modules.rs` and
//!    `function.rs`: what makes its functions callable.
//! 5. `runtime/errors.rs`, `objects.rs`, `calls.rs`, `numbers.rs`, `text.rs`,
//!    `containers.rs`: what these functions do with Python's objects.
//! 6. `class.rs`, `native.rs`, `runtime/types.rs` and `attribute.rs`: types that C
//!    defines, and the end of their instances.
//!
//! `main.rs` is the command; `embedder.rs` is how a program around the VM, such as
//! the loader's tests, hears of what happens in it.

mod attribute;
mod builtins;
mod class;
mod embedder;
mod function;
mod import;
mod loader_ref;
mod native;
mod object;
mod runtime;
mod vm;

pub use class::Class;
pub use embedder::{Embedder, Standalone, ThreadEvent};
pub use function::{Body, call_args};
pub use loader_ref::LoaderRef;
pub use native::Native;
pub use object::{Data, Error, Instance, Object, Value, VmResult, lock};
pub use vm::Toy;
