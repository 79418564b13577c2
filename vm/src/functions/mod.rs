//! Functions of extensions as Python callables.
//!
//! An extension's function becomes what a C function is in CPython: a
//! `builtin_function_or_method` in a module, a `method_descriptor` in a type.
//! Both are RustPython's own types, so that `types.BuiltinFunctionType`,
//! `inspect` and the interpreter's fast paths know them. RustPython makes them
//! from a definition whose function may be a closure once it is leaked; the
//! closure here is the extension's function with what it needs to be called.
//!
//! A function goes with the object that Python has of it, what belongs to the methods of a
//! type with the type.

mod arguments;
mod cells;
mod definition;
mod function;
mod initializer;
mod legacy;
mod method;
mod module;
mod names;

pub use arguments::{call_args, keyword_dict};
pub use definition::{Definition, define, outlive, slot_doc};
pub use initializer::Initializer;
pub use legacy::legacy_descriptor;
pub use method::{MethodDescriptor, method_descriptor};
pub use module::new_module;
