//! What HPy's modes cost: each implementation beside itself.
//!
//! The same binary runs with and without a mode in the same rounds, so the
//! ratio is one of pairs, as all ratios here are.

use serde::Serialize;

use crate::column::{Column, of_role};
use crate::implementation::{Mode, Role};
use crate::rows::{ROWS, Row, Side};
use crate::statistics::{Spread, geometric_mean};

/// One row in a mode, beside itself in universal mode.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// The mode.
    pub mode: Mode,
    /// The row's name.
    pub row: &'static str,
    /// `c` or `python`.
    pub side: &'static str,
    /// On hpyvm.
    pub hpyvm: Pair,
    /// On CPython.
    pub cpython: Pair,
}

/// One row on one VM, with a mode and without.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Pair {
    /// The one as multiples of the other.
    pub ratio: Spread,
    /// The nanoseconds that the mode adds to an operation, by the medians.
    pub added: f64,
}

impl Cost {
    /// Whether the mode makes no larger a multiple of the row than on CPython.
    pub fn is_multiple_held(&self) -> bool {
        self.hpyvm.ratio.median <= self.cpython.ratio.median
    }

    /// Whether the mode takes no more time than on CPython.
    pub fn is_time_held(&self) -> bool {
        self.hpyvm.added <= self.cpython.added
    }
}

/// The costs of all rows that ran in a mode and without it on both VMs.
pub fn costs(columns: &[Column]) -> Vec<Cost> {
    let modes = [Mode::Debug, Mode::Trace].into_iter();
    modes.flat_map(|mode| costs_of(mode, columns)).collect()
}

fn costs_of(mode: Mode, columns: &[Column]) -> Vec<Cost> {
    let column = |role| of_role(columns, role);
    let pair = |row: &Row, with, without| {
        let (with, without) = (column(with)?, column(without)?);
        let (with, without) = (with.cell(row.name)?, without.cell(row.name)?);
        Some(Pair {
            ratio: Spread::of_ratios(&with.samples, &without.samples)?,
            added: with.nanoseconds.median - without.nanoseconds.median,
        })
    };
    ROWS.iter()
        .filter(|row| row.side != Side::Builtin)
        .filter_map(|row| {
            Some(Cost {
                mode,
                row: row.name,
                side: row.side.name(),
                hpyvm: pair(row, Role::In(mode), Role::Threading)?,
                cpython: pair(row, Role::BaselineIn(mode), Role::Baseline)?,
            })
        })
        .collect()
}

/// The geometric means over the rows of one side, of hpyvm and of CPython.
pub fn means(costs: &[Cost], mode: Mode, side: Side) -> Option<(f64, f64)> {
    let is_meant = |cost: &&Cost| cost.mode == mode && cost.side == side.name();
    let of = |which: fn(&Cost) -> f64| geometric_mean(costs.iter().filter(is_meant).map(which));
    Some((
        of(|cost| cost.hpyvm.ratio.median)?,
        of(|cost| cost.cpython.ratio.median)?,
    ))
}
