//! The figures of one implementation.

use serde::Serialize;

use crate::implementation::Role;
use crate::rounds::Samples;
use crate::rows::{Row, Side};
use crate::statistics::{Spread, geometric_mean};

/// One implementation with its figures.
#[derive(Debug, Serialize)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What it is to the comparison.
    pub role: Role,
    /// What it says of itself.
    pub version: String,
    /// In the order of the rows that ran.
    pub cells: Vec<Cell>,
}

/// One row on one implementation.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// The row's name.
    pub row: &'static str,
    /// `c`, `python` or `builtin`.
    pub side: &'static str,
    /// Nanoseconds for one operation.
    pub nanoseconds: Spread,
    /// To the baseline, in pairs of one round.
    pub ratio: Option<Spread>,
    /// What the figures are made of, round by round.
    pub samples: Samples,
}

/// Puts samples in order. `columns` and `samples` belong together; the ratios are
/// to the column whose role is [`Role::Baseline`].
pub fn columns(
    columns: Vec<(String, Role, String)>,
    rows: &[&'static Row],
    samples: Vec<Vec<Samples>>,
) -> Vec<Column> {
    let baseline = columns
        .iter()
        .position(|&(_, role, _)| role == Role::Baseline)
        .map(|place| samples[place].clone());
    columns
        .into_iter()
        .zip(samples)
        .map(|((name, role, version), samples)| Column {
            name,
            role,
            version,
            cells: rows
                .iter()
                .zip(samples)
                .enumerate()
                .filter_map(|(place, (row, samples))| {
                    Some(Cell {
                        row: row.name,
                        side: row.side.name(),
                        nanoseconds: Spread::of(&samples)?,
                        ratio: baseline
                            .as_ref()
                            .and_then(|baseline| Spread::of_ratios(&samples, &baseline[place])),
                        samples,
                    })
                })
                .collect(),
        })
        .collect()
}

impl Column {
    /// The figures of a row.
    pub fn cell(&self, row: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.row == row)
    }

    /// The geometric mean of the ratios of all rows of one side.
    pub fn mean(&self, side: Side) -> Option<f64> {
        geometric_mean(self.ratios(side).map(|(_, ratio)| ratio))
    }

    /// [`mean`](Self::mean), with the ratio of `bounds` for each row that is above it.
    pub fn mean_at_most(&self, bounds: &Column, side: Side) -> Option<f64> {
        let bounded = self.ratios(side).map(|(row, ratio)| {
            // A bound that can't be told from nothing says nothing of the row.
            let bound = bounds.cell(row).and_then(|cell| cell.ratio);
            let bound = bound.filter(|bound| bound.median > 0.0);
            bound.map_or(ratio, |bound| ratio.min(bound.median))
        });
        geometric_mean(bounded)
    }

    fn ratios(&self, side: Side) -> impl Iterator<Item = (&'static str, f64)> {
        self.cells
            .iter()
            .filter(move |cell| cell.side == side.name())
            .filter_map(|cell| Some((cell.row, cell.ratio?.median)))
    }
}

/// The column of that role.
pub fn of_role(columns: &[Column], role: Role) -> Option<&Column> {
    columns.iter().find(|column| column.role == role)
}
