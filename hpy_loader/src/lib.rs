//! Loads unmodified HPy universal-ABI extension binaries (`foo.hpy0.so`) into any
//! virtual machine that implements one trait.
//!
//! HPy is a C API for Python extensions that hides the interpreter behind
//! handles. A universal binary calls nothing but the functions of a context
//! struct that the VM hands it, so the very file that CPython loads runs on every
//! VM with such a context. This crate is that context, and all around it that
//! does not depend on the VM: the handles, the error state, the lock, the
//! definitions of modules and types, the library files.
//!
//! # How to use it
//!
//! Implement the chapters of [`runtime::Runtime`] for your VM and make a
//! [`Loader`]. To import an extension, open the file with
//! [`library::Library::open`], tell it the context ([`Loader::context`]) and turn
//! what it defines into a module with [`Loader::create_module`] and
//! [`Loader::execute_module`]. The VM calls what the extension defines, functions and
//! the slots of types, through the `call_*` methods of [`Loader`].
//!
//! The [`guide`] walks through a whole VM that was made in this way. A first one that
//! loads a module and calls its functions takes an afternoon.
//!
//! # How it fits together
//!
//! ```text
//!   extension (C)                               VM (Rust)
//!        │ context functions                       │ functions, slots
//!        ▼                                         ▼
//!   boundary ── context bodies ── runtime ◄──── call
//!        │                                         │
//!        └──────────── handles, lock ──────────────┘
//! ```
//!
//! - [`abi`]: C layouts and the one table of the context.
//! - `context`: the bodies of the context functions.
//! - [`handles`]: the handle word and the table of roots.
//! - `boundary`: the one way in from C. [`call`]: the one way out.
//! - [`spec`]: what an extension says about its modules and types, as safe values.
//! - [`native`], [`member`], [`capsule`]: native structs and C pointers.
//! - [`sites`]: where in an extension something happened, for reports.
//! - [`lock`]: what stands in for the GIL. [`memory`]: whether there is enough.
//!
//! # Guarantees
//!
//! - A handle that is closed, foreign or garbage is refused or ignored, in every
//!   mode; it never leads to memory that is not an object's.
//! - No panic crosses into C.
//! - A context function that fails leaves an error, one that succeeds leaves none.
//!
//! An extension is still C code in this process. What it does to memory that is
//! rightly its own, nobody checks.

//! # Layers
//!
//! A module refers to modules in lower lines only; `tests/tests/structure.rs` holds it.
//!
//! ```text
//! startup, module, member  a loader with its contexts and modes; modules; members
//! context                  the functions of the context, one file a topic
//! boundary                 how the functions that C calls are made
//! definitions              what a VM makes of an extension's definitions
//! call                     the way out to C, and the loader that goes it
//! core                     what one VM keeps: table, pending error, registries
//! registry, literals       things that C refers to by number; text of C constants
//! lock, native             what stands in for the GIL; native structs and their fields
//! debug, trace             contexts that wrap a context
//! sites                    where in C, and in Python, something happened
//! runtime                  what a VM gives, in chapters
//! modes                    the words that choose a mode
//! library, spec            files, and what they define
//! capsule                  C pointers that travel through Python
//! handles                  the handle word and the slot table
//! abi, c_string, memory    C layouts and the table of the context; text; how much is left
//! platform                 what the operating system gives
//! ```

pub mod abi;
mod boundary;
mod c_string;
pub mod call;
pub mod capsule;
mod context;
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
pub mod runtime;
pub mod sites;
pub mod spec;
mod startup;
pub mod trace;

pub use call::Loader;
pub use core::Core;
pub use definitions::Definitions;
pub use module::Execution;
