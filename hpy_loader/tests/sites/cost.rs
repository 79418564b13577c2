//! What taking a site costs: it is done for every handle in debug mode.

use crate::subject::{NOTES, Subject};
use std::time::Instant;

/// The cheapest of some runs of 100,000, per call, in nanoseconds.
fn nanoseconds(subject: &Subject, limit: usize) -> u128 {
    NOTES.with(|notes| notes.count_only.set(true));
    let runs = (0..5).map(|_| {
        let start = Instant::now();
        subject.call("many_times", limit);
        start.elapsed().as_nanos() / 100_000
    });
    let best = runs.min().unwrap_or_default();
    NOTES.with(|notes| notes.count_only.set(false));
    best
}

/// Bounds of a debug build on a busy machine; a release build takes a tenth.
#[test]
fn a_site_is_cheap() {
    let optimised = Subject::new(&["-g", "-O2"], |_| {});
    let unoptimised = Subject::new(&["-g", "-O0"], |_| {});
    let costs = [
        ("one frame", nanoseconds(&optimised, 1), 500),
        ("a helper and a frame", nanoseconds(&unoptimised, 1), 10_000),
        ("all frames", nanoseconds(&optimised, 32), 10_000),
    ];
    for (what, cost, bound) in costs {
        println!("{what}: {cost} ns");
        assert!(cost < bound, "{what}: {cost} ns");
    }
}
