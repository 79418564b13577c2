//! The handle table and the handle word, at random.
//!
//! `handles_limits.rs` and `handles_memory.rs` look at the process, so each is a
//! program of its own.

mod deferred_close;
mod reentry;
mod table;
mod word;

use proptest::test_runner::Config;

/// So many cases, and fewer under Miri, which is slow.
fn cases(cases: u32, under_miri: u32) -> Config {
    Config {
        cases: if cfg!(miri) { under_miri } else { cases },
        failure_persistence: None,
        ..Config::default()
    }
}
