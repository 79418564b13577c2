//! Loads unmodified HPy universal-ABI extension binaries into any VM.
pub mod abi;
