//! CPython's own API, as far as hybrid modules find it here.
//!
//! # What a `PyObject *` is
//!
//! C code that includes `Python.h` counts references in the object itself, without a call, and
//! reads the object's class. RustPython counts in its objects too, but atomically and with
//! flags, and other threads do so at the same time. So C never sees an object of RustPython.
//! What it gets is a **shell**: memory that begins with CPython's head, and in front of that
//! says whose shell it is. The rule:
//!
//! - The count in a shell is the number of C's references, and nobody else's. Only C and this
//!   module change it, and both have the HPy lock, as under a GIL.
//! - As long as C has references that this module has given or taken note of, they own one
//!   reference to the object, however many they are. When the last is given up, so is that.
//! - An object has one shell at a time, so that C can compare addresses.
//!
//! There are three kinds. A [`shell`] of an instance of a legacy type is the struct that the
//! extension has declared, which is part of the instance. That of a class is a [type
//! object](type_object), never freed. All other objects get one when C asks, which goes with
//! C's last reference.
//!
//! Nothing of this depends on the layout of RustPython's objects.
//!
//! # What it is not
//!
//! Behind the head there is nothing, unless the type is the extension's own: macros that read
//! the insides of CPython's own objects, such as `PyTuple_GET_ITEM`, find nothing they could use.

mod functions;
pub mod shell;
pub mod type_object;

use hpy_loader::library::CApi;

/// The functions and objects that C finds.
const EXPORTS: [&str; 1] = include!("exports.rs");

/// What there is.
pub const C_API: CApi = CApi::Present(&EXPORTS);
