//! What one run has found out.

use serde::Serialize;

use crate::column::Column;
use crate::growth::Growth;
use crate::implementation::Absent;
use crate::lower_bound::{AtLowerBounds, at_lower_bounds};
use crate::machine::Machine;
use crate::modes::{Cost, costs};
use crate::rounds::Plan;
use crate::targets::{Verdict, judge};

/// Everything that one run has found out, as the JSON file has it.
#[derive(Debug, Serialize)]
pub struct Results {
    /// Where.
    pub machine: Machine,
    /// How long and how often.
    pub plan: Plan,
    /// On what.
    pub columns: Vec<Column>,
    /// What could not take part, and why.
    pub absent: Vec<Absent>,
    /// What the means would be with RustPython's own cost as the most of any row.
    pub at_lower_bounds: Vec<AtLowerBounds>,
    /// What the modes cost that took part.
    pub modes: Vec<Cost>,
    /// How the cost grows with the number of open handles.
    pub growth: Vec<Growth>,
    /// What was aimed at.
    pub verdicts: Vec<Verdict>,
}

impl Results {
    /// What was measured, with what follows from it.
    pub fn new(
        machine: Machine,
        plan: Plan,
        columns: Vec<Column>,
        absent: Vec<Absent>,
        growth: Vec<Growth>,
    ) -> Self {
        let at_lower_bounds = at_lower_bounds(&columns);
        let modes = costs(&columns);
        let verdicts = judge(&columns, &modes, &growth);
        Self {
            machine,
            plan,
            columns,
            absent,
            at_lower_bounds,
            modes,
            growth,
            verdicts,
        }
    }
}
