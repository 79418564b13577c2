//! What the debug mode costs: each implementation beside itself.
//!
//! The same binary runs with and without the mode in the same rounds, so the
//! ratio is one of pairs, as all ratios here are.

use serde::Serialize;

use crate::contestant::Role;
use crate::results::{Column, Results};
use crate::rows::{ROWS, Row, Side};
use crate::statistics::{Spread, geometric_mean};

/// One row in debug mode, as multiples of itself in universal mode.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// The row's name.
    pub row: &'static str,
    /// `c` or `python`.
    pub side: &'static str,
    /// On hpyvm.
    pub hpyvm: Spread,
    /// On CPython.
    pub cpython: Spread,
}

/// The costs of all rows that ran in both modes on both VMs.
pub fn costs(columns: &[Column]) -> Vec<Cost> {
    let column = |role| columns.iter().find(|column| column.role == role);
    let ratio = |row: &Row, debug, universal| {
        let (debug, universal) = (column(debug)?, column(universal)?);
        let (debug, universal) = (debug.cell(row.name)?, universal.cell(row.name)?);
        Spread::of_ratios(&debug.samples, &universal.samples)
    };
    ROWS.iter()
        .filter(|row| row.side != Side::Builtin)
        .filter_map(|row| {
            Some(Cost {
                row: row.name,
                side: row.side.name(),
                hpyvm: ratio(row, Role::Debug, Role::Threading)?,
                cpython: ratio(row, Role::BaselineDebug, Role::Baseline)?,
            })
        })
        .collect()
}

/// The geometric means over the rows of one side, of hpyvm and of CPython.
pub fn means(results: &Results, side: Side) -> Option<(f64, f64)> {
    let of = |which: fn(&Cost) -> f64| {
        let rows = results.debug.iter();
        geometric_mean(rows.filter(|cost| cost.side == side.name()).map(which))
    };
    Some((
        of(|cost| cost.hpyvm.median)?,
        of(|cost| cost.cpython.median)?,
    ))
}
