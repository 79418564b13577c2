//! RustPython as a [`Runtime`](hpy_loader::runtime::Runtime).
//!
//! One file a chapter of the trait, over [`references`], [`bytes`], [`type_names`] and
//! [`frames`]. A root is a [`PyObjectRef`](rustpython_vm::PyObjectRef), a field holds the
//! raw pointer of one, and the virtual machine is whichever is current on the thread.

mod bytes;
mod calls;
mod containers;
mod definitions;
mod errors;
mod fast_paths;
mod frames;
mod modules;
mod numbers;
mod objects;
mod py_objects;
mod references;
mod roots;
mod text;
mod type_names;
mod types;
