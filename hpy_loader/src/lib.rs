//! Loads unmodified HPy universal-ABI extension binaries (`foo.hpy0.so`) into any
//! virtual machine that implements one trait.
//!
//! HPy is a C API for Python extensions that hides the interpreter behind handles. A
//! universal binary calls nothing but the functions of a context struct that the VM hands
//! it, so the very file that CPython loads runs on every VM with such a context. This
//! crate is that context, and everything around it that does not depend on the VM: the
//! handles, the error state, the lock, the definitions of modules and types, the library
//! files, the debug and the trace mode.
//!
//! # How to use it
//!
//! Implement the chapters of [`Runtime`] for your VM, and [`Definitions`]. Make a
//! [`Loader`] with [`Loader::new`]. To import an extension, open its file and turn what it
//! defines into a module:
//!
//! ```no_run
//! use hpy_loader::{Definitions, Library, Loader, VmResult};
//! use std::path::Path;
//!
//! fn import<R: Definitions>(
//!     loader: &'static Loader<R>,
//!     name: &str,
//!     path: &Path,
//!     spec: R::Object,
//! ) -> VmResult<R::Object, R> {
//!     let import_error = |error: hpy_loader::library::LoadError| {
//!         loader.error(loader.constants().h_ImportError, &error.to_string())
//!     };
//!     // SAFETY: the file is trusted as any code that the VM imports.
//!     let library = unsafe { Library::open(name, path) }.map_err(import_error)?;
//!     // SAFETY: there is one loader in this process, and it lives as long.
//!     unsafe { library.init_global_context(loader.context()) };
//!     // SAFETY: the file was built as HPy prescribes.
//!     let definition = unsafe { library.init() }.map_err(import_error)?;
//!     // SAFETY: `init` returned the definition.
//!     let (module, execution) = unsafe { loader.create_module(definition.as_ref(), spec, name) }?;
//!     // The place to enter the module into `sys.modules`.
//!     loader.execute_module(module, execution, name)
//! }
//! ```
//!
//! The VM calls the functions that the extension defines through
//! [`Loader::call_method`], [`Loader::call_instance`] and [`Loader::call_slot`].
//!
//! The [`guide`] walks through a whole VM that was made in this way. A first one that
//! loads a module and calls its functions takes an afternoon.
//!
//! # Guarantee
//!
//! - A handle that is closed, foreign or garbage is refused or ignored, in every
//!   mode; it never leads to memory that is not an object's.
//! - No panic crosses into C.
//! - A context function that fails leaves an error, one that succeeds leaves none.
//!
//! The guarantee stands on the [contract](Runtime#contract) that the VM keeps. An
//! extension is still C code in this process: what it does to memory that is rightly its
//! own, nobody checks.
//!
//! # Layers
//!
//! A module refers to modules in lower lines only; `tests/tests/structure.rs` holds the
//! sources to it.
//!
//! ```text
//! startup, module, member  a loader with its contexts and modes; modules; members
//! context                  the functions of the context, one file a topic
//! boundary                 how the functions that C calls are made
//! definitions              what a VM makes of an extension's definitions
//! call                     the way out to C, and the loader that goes it
//! core                     what one VM keeps: table, pending error, registries
//! literals                 text of C constants
//! lock, native             what stands in for the GIL; native structs and their fields
//! contextless              functions of C that get no context
//! debug, trace             contexts that wrap a context
//! sites                    where in C, and in Python, something happened
//! runtime                  what a VM gives, in chapters
//! modes                    the words that choose a mode
//! library, spec            files, and what they define
//! capsule, registry        C pointers that travel through Python; things that C has numbers of
//! handles                  the handle word and the slot table
//! abi, c_string, memory    C layouts and the table of the context; text; how much is left
//! report                   where the reports of the modes go
//! platform                 what the operating system gives
//! ```

pub mod abi;
mod boundary;
mod c_string;
pub mod call;
pub mod capsule;
mod context;
mod contextless;
mod core;
pub mod debug;
mod definitions;
#[doc = include_str!("guide.md")]
pub mod guide {}
pub mod handles;
pub mod library;
mod literals;
pub mod lock;
pub mod member;
pub mod memory;
pub mod modes;
mod module;
pub mod native;
mod platform;
mod registry;
pub mod report;
pub mod runtime;
pub mod sites;
pub mod spec;
mod startup;
pub mod trace;

pub use call::Loader;
pub use core::Core;
pub use definitions::Definitions;
pub use library::Library;
pub use modes::Mode;
pub use module::Execution;
pub use runtime::{Runtime, VmResult};

/// The example in the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
