//! What a handle costs when there are many.
//!
//! Opening and closing one handle is timed while others stay open, and the
//! process's memory is looked at before and after many are opened.

use std::time::Duration;

use anyhow::Result;
use hpyvm_examples::Step;
use serde::Serialize;

use crate::implementation::Role;
use crate::rows::{EMPTY_IN_C, Row, Side};
use crate::statistics::Spread;
use crate::worker::Worker;

/// How one implementation stands it.
#[derive(Clone, Debug, Serialize)]
pub struct Growth {
    /// The implementation.
    pub name: String,
    /// Whether targets are for it.
    pub judged: bool,
    /// How many handles were open, and what opening and closing one more cost.
    pub points: Vec<(u64, f64)>,
    /// What memory grew by for each open handle, at the largest number.
    pub bytes: f64,
    /// The same once more, after all of them were closed: pages that are used
    /// again make no memory grow.
    pub bytes_again: f64,
}

impl Growth {
    /// The cost beside the most handles to that beside the fewest.
    pub fn factor(&self) -> f64 {
        match (self.points.first(), self.points.last()) {
            (Some((_, few)), Some((_, many))) if *few > 0.0 => many / few,
            _ => f64::NAN,
        }
    }
}

/// The numbers of handles that stay open.
const HELD: [(u64, &str); 4] = [
    (
        10,
        "lambda n, o=[object()]: overhead.open_and_close(n, o, 10)",
    ),
    (
        1_000,
        "lambda n, o=[object()]: overhead.open_and_close(n, o, 1000)",
    ),
    (
        100_000,
        "lambda n, o=[object()]: overhead.open_and_close(n, o, 100000)",
    ),
    (
        10_000_000,
        "lambda n, o=[object()]: overhead.open_and_close(n, o, 10000000)",
    ),
];

static BYTES: Row = Row {
    side: Side::C,
    name: "bytes a handle",
    code: "lambda n, o=[object()]: overhead.open_bytes(n, o)",
    limit: None,
};

const SAMPLES: usize = 5;

/// Measures it on one implementation. `worker` has run nothing that opened as
/// many handles.
pub fn measure(worker: &mut Worker, name: &str, role: Role, batch: Duration) -> Result<Growth> {
    let mut step = Step::start(format!("open handles: {name}"));
    worker.define(&BYTES)?;
    worker.define(&EMPTY_IN_C)?;
    let (most, _) = HELD[HELD.len() - 1];
    let bytes = worker.run(&BYTES, most)?;
    let bytes_again = worker.run(&BYTES, most)?;
    let mut points = Vec::new();
    for (held, code) in HELD {
        step.note(format!("{held} open"));
        let row = Row {
            side: Side::C,
            name: "open and close",
            code,
            limit: None,
        };
        worker.define(&row)?;
        let probe = 10_000;
        let time = worker.run(&row, probe)?.max(1.0);
        let count = ((batch.as_nanos() as f64) * probe as f64 / time).ceil() as u64;
        let mut samples = Vec::new();
        for _ in 0..SAMPLES {
            let empty = worker.run(&EMPTY_IN_C, count)? / count as f64;
            samples.push(worker.run(&row, count)? / count as f64 - empty);
        }
        let spread = Spread::of(&samples).map_or(f64::NAN, |spread| spread.median);
        points.push((held, spread));
    }
    step.done(format!("{bytes:.1} bytes each"));
    Ok(Growth {
        name: name.to_owned(),
        judged: matches!(role, Role::Threading | Role::SingleThreaded),
        points,
        bytes,
        bytes_again,
    })
}
