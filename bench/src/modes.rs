//! What HPy's modes cost: each implementation beside itself.
//!
//! The same binary runs with and without a mode in the same rounds, so the
//! ratio is one of pairs, as all ratios here are.

use serde::Serialize;

use crate::column::{Column, of_role};
use crate::contestant::{Mode, Role};
use crate::rows::{ROWS, Row, Side};
use crate::statistics::{Spread, geometric_mean};

/// One row in a mode, as multiples of itself in universal mode.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// The mode.
    pub mode: Mode,
    /// The row's name.
    pub row: &'static str,
    /// `c` or `python`.
    pub side: &'static str,
    /// On hpyvm.
    pub hpyvm: Spread,
    /// On CPython.
    pub cpython: Spread,
}

/// The costs of all rows that ran in a mode and without it on both VMs.
pub fn costs(columns: &[Column]) -> Vec<Cost> {
    let modes = [Mode::Debug, Mode::Trace].into_iter();
    modes.flat_map(|mode| costs_of(mode, columns)).collect()
}

fn costs_of(mode: Mode, columns: &[Column]) -> Vec<Cost> {
    let column = |role| of_role(columns, role);
    let ratio = |row: &Row, with, without| {
        let (with, without) = (column(with)?, column(without)?);
        let (with, without) = (with.cell(row.name)?, without.cell(row.name)?);
        Spread::of_ratios(&with.samples, &without.samples)
    };
    ROWS.iter()
        .filter(|row| row.side != Side::Builtin)
        .filter_map(|row| {
            Some(Cost {
                mode,
                row: row.name,
                side: row.side.name(),
                hpyvm: ratio(row, Role::In(mode), Role::Threading)?,
                cpython: ratio(row, Role::BaselineIn(mode), Role::Baseline)?,
            })
        })
        .collect()
}

/// The geometric means over the rows of one side, of hpyvm and of CPython.
pub fn means(costs: &[Cost], mode: Mode, side: Side) -> Option<(f64, f64)> {
    let is_meant = |cost: &&Cost| cost.mode == mode && cost.side == side.name();
    let of = |which: fn(&Cost) -> f64| geometric_mean(costs.iter().filter(is_meant).map(which));
    Some((
        of(|cost| cost.hpyvm.median)?,
        of(|cost| cost.cpython.median)?,
    ))
}
