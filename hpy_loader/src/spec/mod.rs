//! Definitions of modules and types, read once from C memory.
//!
//! An extension describes itself with C structures full of raw pointers. This module
//! alone reads them. It checks them as HPy's loader for CPython does (`ctx_module.c` and
//! `ctx_type.c` in hpy 0.9.0), with the messages that authors know, and makes values of
//! them. The only C pointers in these values are functions and the closures of attributes.
//! What a module is made from is kept for the life of the process, once for each
//! extension; what a type is made from belongs to the type.

mod dunder;
mod legacy;
mod method;
mod module;
mod names;
mod types;

pub use legacy::{LegacyDef, LegacyFunction, LegacyGetSetDef, LegacyMethodDef, LegacyReceiver};
pub use method::{GetSetDef, MemberDef, MethodDef, MethodFunction};
pub use module::ModuleDef;
pub(crate) use names::{name_of, note};
pub use types::{Offsets, TypeDef, TypeFlags};

use crate::abi::HPyDef;
use std::ffi::{CStr, c_char};

/// Why a definition is refused, by the exception to raise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The exception's class.
    pub class: RefusalClass,
    /// What is wrong.
    pub message: String,
}

/// The exceptions that CPython's loader raises for definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, missing_docs)]
pub enum RefusalClass {
    RuntimeError,
    SystemError,
    TypeError,
    ValueError,
}

impl Refusal {
    fn new(class: RefusalClass, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { class, message }
    }

    fn system_error(message: impl Into<String>) -> Self {
        Self::new(RefusalClass::SystemError, message)
    }

    fn type_error(message: impl Into<String>) -> Self {
        Self::new(RefusalClass::TypeError, message)
    }

    fn value_error(message: impl Into<String>) -> Self {
        Self::new(RefusalClass::ValueError, message)
    }
}

/// Reads a C string, replacing what is not UTF-8. Null gives `None`.
///
/// # Safety
///
/// `text` is null or points to a NUL-terminated string.
unsafe fn read_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}

/// The definitions in a NULL-terminated array of pointers, which may be null.
///
/// # Safety
///
/// `defines` is null or points to such an array of valid definitions.
unsafe fn read_defines<'a>(defines: *mut *mut HPyDef) -> impl Iterator<Item = &'a HPyDef> {
    let mut next = defines;
    std::iter::from_fn(move || {
        if next.is_null() {
            return None;
        }
        // SAFETY: the terminator has not been passed, by the caller's promise.
        let definition = unsafe { (*next).as_ref() }?;
        // SAFETY: a definition stood here, so at least the terminator follows.
        next = unsafe { next.add(1) };
        Some(definition)
    })
}
