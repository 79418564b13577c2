//! What RustPython does for its own types only, replaced by what does it for types of
//! extensions too. Each is replaced when the first type that needs it is made.

pub mod class_assignment;
pub mod from_bytes;
pub mod get_referents;
pub mod reduce;
