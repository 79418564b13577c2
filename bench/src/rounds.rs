//! In which order the rows run, and how often.
//!
//! All interpreters run at the same time, waiting, and take turns: in each round
//! every row runs on one after the other for a few milliseconds. What slows the
//! machine down for a while then falls on all of them, and the ratio of two
//! samples of one round is worth more than that of two medians.

use std::time::Duration;

use anyhow::Result;
use hpyvm_examples::Step;
use serde::Serialize;

use crate::rows::{EMPTY_IN_C, EMPTY_IN_PYTHON, Row, Side};
use crate::worker::Worker;

/// How long and how often.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Plan {
    /// Samples of each row on each interpreter.
    pub rounds: usize,
    /// How long one sample should take.
    #[serde(serialize_with = "as_milliseconds")]
    pub batch: Duration,
}

fn as_milliseconds<S: serde::Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64() * 1e3)
}

/// The samples of one row on one interpreter: nanoseconds for one operation,
/// the loop subtracted.
pub type Samples = Vec<f64>;

/// Runs all rows on all workers; the samples by worker and row.
pub fn run(workers: &mut [Worker], rows: &[&'static Row], plan: Plan) -> Result<Vec<Vec<Samples>>> {
    let loops = [&EMPTY_IN_C, &EMPTY_IN_PYTHON];
    let all: Vec<&Row> = loops.into_iter().chain(rows.iter().copied()).collect();

    let mut step = Step::start("comparing");
    let turns = (plan.rounds + 1) * all.len() * workers.len();
    let mut turn = 0;
    let mut counts = vec![Vec::with_capacity(all.len()); workers.len()];
    for row in &all {
        for (worker, counts) in workers.iter_mut().zip(&mut counts) {
            step.position(turn, turns as u64);
            step.note(format!("warm-up: {}", row.name));
            turn += 1;
            counts.push(match worker.define(row)? {
                true => Some(calibrate(worker, row, plan.batch)?),
                false => None,
            });
        }
    }

    let mut samples = vec![vec![Samples::new(); rows.len()]; workers.len()];
    for round in 0..plan.rounds {
        let mut empty = vec![[0.0; 2]; workers.len()];
        for (place, row) in all.iter().enumerate() {
            step.note(format!(
                "round {} of {}: {}",
                round + 1,
                plan.rounds,
                row.name
            ));
            for number in 0..workers.len() {
                // Nobody is always the one who comes after somebody else.
                let number = (number + round) % workers.len();
                step.position(turn, turns as u64);
                turn += 1;
                let Some(count) = counts[number][place] else {
                    continue;
                };
                let time = workers[number].run(row, count)? / count as f64;
                match place.checked_sub(loops.len()) {
                    None => empty[number][place] = time,
                    Some(row_number) => {
                        let empty = empty[number][usize::from(row.side != Side::C)];
                        samples[number][row_number].push((time - empty).max(0.0));
                    }
                }
            }
        }
    }
    let name = if workers.len() == 1 { "" } else { "s" };
    step.done(format!(
        "{} rows, {} rounds, {} implementation{name}",
        rows.len(),
        plan.rounds,
        workers.len()
    ));
    Ok(samples)
}

/// How many operations fill a batch. Running them to find out warms up.
///
/// The first run of a row may take a thousand times as long as the next one: a
/// debug mode that meets a call site reads the extension's symbols. So of two
/// runs the shorter one counts.
fn calibrate(worker: &mut Worker, row: &Row, batch: Duration) -> Result<u64> {
    let wanted = batch.as_nanos() as f64;
    let mut count = 1_u64;
    loop {
        let time = worker.run(row, count)?.min(worker.run(row, count)?);
        // A tenth of a batch is long enough to extrapolate from.
        if time >= wanted / 10.0 {
            let fitting = (count as f64 * wanted / time).ceil() as u64;
            worker.run(row, fitting.max(1))?;
            return Ok(fitting.max(1));
        }
        count *= 4;
    }
}
