//! What handles cost.
//!
//! Two instruments. `cargo bench-loader` measures the loader's own parts alone,
//! with criterion, in Rust. `cargo compare` measures what an extension sees: one
//! C module, the same binary, on every implementation of HPy that the machine
//! has. The README of this crate says how to read both.
//!
//! The comparison is this library, so that its parts can be tested:
//!
//! | what | where |
//! |------|-------|
//! | what is measured, and what is aimed at | [`rows`] |
//! | on what | [`implementation`], [`lower_bound`], [`pypy`] |
//! | one process that runs rows | [`worker`] |
//! | in which order, how often | [`rounds`] |
//! | from samples to figures | [`statistics`], [`mod@column`] |
//! | the modes, each VM beside itself | [`modes`] |
//! | what was aimed at, and whether it was hit | [`targets`] |
//! | how the cost grows with the number of open handles | [`growth`] |
//! | all that a run has found out | [`results`] |
//! | table, JSON, CSV, chart | [`report`] |

pub mod column;
pub mod growth;
pub mod implementation;
pub mod lower_bound;
pub mod machine;
pub mod modes;
pub mod pypy;
pub mod report;
pub mod results;
pub mod rounds;
pub mod rows;
pub mod statistics;
pub mod targets;
pub mod worker;
