//! How long `hpyvm` takes to start, beside the plain RustPython it is made of.
//!
//! Both are measured in one run, turn by turn: whatever else the machine does
//! then falls on both. The median is compared, since a few slow starts on a
//! busy machine say nothing about either.

use crate::cargo::plain_rustpython;
use crate::{Outcome, Python, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::{Job, Step};
use std::path::Path;
use std::time::Duration;

/// Starts of each; odd, so that the median is one of them.
const STARTS: usize = 31;

/// Starts of each before anything counts: they fill the file cache.
const WARM_UP: usize = 3;

/// How much longer than plain RustPython a start may take.
const LIMIT: f64 = 1.3;

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let hpyvm = verification.vm()?;
    let plain = plain_rustpython(verification)?;
    let mut step = Step::start("starting hpyvm and plain RustPython in turn");
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..WARM_UP + STARTS {
        step.position(round as u64, (WARM_UP + STARTS) as u64);
        for (times, program) in times.iter_mut().zip([hpyvm, &plain]) {
            let elapsed = start(program)?;
            if round >= WARM_UP {
                times.push(elapsed);
            }
        }
    }
    let [hpyvm, plain] = times.map(median);
    let ratio = hpyvm.as_secs_f64() / plain.as_secs_f64();
    let summary = format!(
        "-c pass: {:.1} ms, plain RustPython {:.1} ms, ratio {ratio:.2}",
        hpyvm.as_secs_f64() * 1e3,
        plain.as_secs_f64() * 1e3
    );
    step.done(&summary);
    let mut outcome = Outcome::passed(0, summary);
    outcome.check(within(ratio));
    Ok(outcome)
}

fn start(program: &Path) -> Result<Duration> {
    let mut command = Python::new("a VM", program).command()?;
    command.args(["-c", "pass"]);
    let finished = Job::new(command)
        .limit(Duration::from_secs(60))
        .check("starting a VM")?;
    Ok(finished.elapsed)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn within(ratio: f64) -> Result<()> {
    ensure!(
        ratio <= LIMIT,
        "hpyvm takes {ratio:.2} times as long to start as plain RustPython; {LIMIT} is the limit"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_outliers() {
        let times = [5, 900, 4, 6, 1].map(Duration::from_millis);
        assert_eq!(median(times.to_vec()), Duration::from_millis(5));
    }

    #[test]
    fn a_slow_start_fails() {
        assert!(within(1.29).is_ok());
        assert!(within(1.31).is_err());
    }
}
