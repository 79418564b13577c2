//! The comparison, run as a user runs it, only shorter.
//!
//! What the figures are is not for a test on a machine that may be doing
//! something else. That every row runs on both VMs is, and that the results are
//! complete; and a ratio that is far from what it should be means that something
//! has gone wrong which no load explains, since both VMs had the same.

use crate::{Outcome, Verification};
use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Job, Step, cargo};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The geometric mean over the rows in C that ends the matter. It is half of it
/// in an undisturbed run.
const LIMIT: f64 = 4.0;

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let mut command = cargo();
    command
        .current_dir(verification.project.root())
        .arg("compare");
    command.args([
        "--only",
        "hpyvm",
        "--rounds",
        "9",
        "--batch",
        "1",
        "--no-growth",
    ]);
    let mut step = Step::start("cargo compare");
    Job::new(command)
        .limit(Duration::from_secs(30 * 60))
        .watch(|line| step.note(line.trim()))
        .check("cargo compare")?;
    let directory = verification.project.target().join("compare");
    let json = read(&directory.join("compare.json"))?;
    let results: Value = serde_json::from_str(&json).context("compare.json is no JSON")?;
    let columns = results["columns"].as_array().context("no columns")?;
    ensure!(
        columns.len() == 2,
        "{} columns instead of two",
        columns.len()
    );
    let mut outcome = Outcome::default();
    for column in columns {
        outcome.check(complete(column));
    }
    outcome.check(refuses_other_columns(verification));
    outcome.check(leaves_with_its_reader(verification));
    let mean = mean(&columns[1])?;
    outcome.check(near(mean));
    let rows = columns[0]["cells"].as_array().map_or(0, Vec::len);
    outcome.check(holds(
        &directory.join("compare.csv"),
        "side,row,implementation",
    ));
    outcome.check(holds(&directory.join("compare.svg"), "<svg"));
    let summary = format!("{rows} rows, geometric mean in C {mean:.2}");
    step.done(&summary);
    outcome.summary = summary;
    Ok(outcome)
}

/// A misspelt column is refused before anything is built, with the names there are.
fn refuses_other_columns(verification: &Verification) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(verification.project.root())
        .args(["compare", "--only", "hpyvn"]);
    let finished = Job::new(command).limit(Duration::from_secs(600)).run()?;
    let errors = String::from_utf8_lossy(&finished.stderr);
    ensure!(
        !finished.success() && errors.contains("CPython ABI, hpyvm, hpyvm single"),
        "cargo compare --only hpyvn: {}",
        finished.failure()
    );
    Ok(())
}

/// A reader that has gone is no reason for the message of a panic.
fn leaves_with_its_reader(verification: &Verification) -> Result<()> {
    let mut command = Command::new("sh");
    command
        .args(["-c", "{ sleep 1; \"$0\" compare --list; } | true"])
        .arg(cargo().get_program())
        .current_dir(verification.project.root());
    let finished = Job::new(command).limit(Duration::from_secs(600)).run()?;
    let errors = String::from_utf8_lossy(&finished.stderr);
    ensure!(
        !errors.contains("panicked"),
        "cargo compare --list, whose reader has gone: {errors}"
    );
    Ok(())
}

/// Whether every row has taken time; the loop is subtracted, so a row that is
/// nothing but a loop may be 0.
fn complete(column: &Value) -> Result<()> {
    let cells = column["cells"].as_array().context("no cells")?;
    ensure!(
        cells.len() > 50,
        "{} has {} rows",
        column["name"],
        cells.len()
    );
    for cell in cells {
        let time = cell["nanoseconds"]["median"].as_f64();
        ensure!(
            time.is_some_and(|time| time > 0.0),
            "{}: {} takes {time:?} ns",
            column["name"],
            cell["row"]
        );
    }
    Ok(())
}

fn mean(column: &Value) -> Result<f64> {
    let cells = column["cells"].as_array().context("no cells")?;
    let ratios: Vec<f64> = cells
        .iter()
        .filter(|cell| cell["side"] == "c")
        .filter_map(|cell| cell["ratio"]["median"].as_f64())
        .collect();
    ensure!(!ratios.is_empty(), "no ratios");
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    Ok((sum / ratios.len() as f64).exp())
}

fn near(mean: f64) -> Result<()> {
    ensure!(
        mean <= LIMIT,
        "operations cost {mean:.2} times what they cost on CPython; {LIMIT} is the limit"
    );
    Ok(())
}

fn holds(path: &Path, start: &str) -> Result<()> {
    ensure!(
        read(path)?.starts_with(start),
        "{} does not start with {start}",
        path.display()
    );
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_mean_is_that_of_the_rows_in_c() {
        let column = json!({"cells": [
            {"side": "c", "ratio": {"median": 4.0}},
            {"side": "c", "ratio": {"median": 1.0}},
            {"side": "python", "ratio": {"median": 100.0}},
        ]});
        assert!((mean(&column).unwrap() - 2.0).abs() < 1e-9);
        assert!(near(3.9).is_ok() && near(4.1).is_err());
    }

    #[test]
    fn a_row_without_time_is_refused() {
        let cell = |time: f64| json!({"row": "r", "nanoseconds": {"median": time}});
        let column = |last| {
            let mut cells = vec![cell(1.0); 60];
            cells.push(cell(last));
            json!({"name": "n", "cells": cells})
        };
        assert!(complete(&column(1.0)).is_ok());
        assert!(complete(&column(0.0)).is_err());
    }
}
