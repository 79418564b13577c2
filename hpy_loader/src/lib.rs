//! Loads unmodified HPy universal-ABI extension binaries into any VM.

pub mod abi;
pub mod boundary;
pub mod call;
pub mod capsule;
mod context;
pub mod handles;
pub mod library;
mod loader;
pub mod lock;
pub mod member;
mod module;
pub mod native;
mod registry;
pub mod runtime;
pub mod spec;

pub use loader::Loader;
