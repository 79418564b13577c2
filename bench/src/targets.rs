//! What is aimed at.
//!
//! The limit of a single row stands with the row, in [`rows`](crate::rows).
//! Here are those that compare rows or columns.

use serde::Serialize;

use crate::column::{Column, of_role};
use crate::growth::Growth;
use crate::implementation::{Mode, Role};
use crate::modes::Cost;
use crate::rows::{ROWS, Row, Side};
use crate::statistics::geometric_mean;

/// One aim and whether it was reached.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// What is compared.
    pub what: String,
    /// What came out.
    pub value: f64,
    /// The most that it should be.
    pub limit: f64,
}

impl Verdict {
    /// Whether it was reached.
    pub fn holds(&self) -> bool {
        self.value <= self.limit
    }
}

/// Two rows of the same VM: how many times the second the first may cost.
struct Relation {
    row: &'static str,
    to: &'static str,
    limit: f64,
}

const RELATIONS: &[Relation] = &[
    Relation {
        row: "noargs()",
        to: "abs(i)",
        limit: 1.0,
    },
    Relation {
        row: "one(i)",
        to: "abs(i)",
        limit: 1.0,
    },
    Relation {
        row: "keywords(1, b=2, c=3)",
        to: "keywords(1, 2, 3)",
        limit: 2.0,
    },
    Relation {
        row: "Vector()",
        to: "object.__new__(Slotted)",
        limit: 1.3,
    },
];

/// The functions for which HPy's own debug mode maps pages at each call, and how
/// many nanoseconds that may cost.
const PROMISES: &[&str] = &["Unicode_AsUTF8AndSize", "Bytes_AsString"];
const PROMISE: f64 = 500.0;

/// What tracing may make of the function that it makes the most of, the cheapest.
const TRACE: f64 = 15.0;

/// How flat the cost of opening and closing has to stay while the number of open
/// handles grows.
pub const GROWTH: f64 = 1.3;

/// The bytes that an open handle may take, beside the object. A page more or
/// less is not the handles'.
pub const BYTES: f64 = 16.2;

/// Holds what was measured against every aim that there are figures for.
pub fn judge(columns: &[Column], modes: &[Cost], growth: &[Growth]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let Some(column) = of_role(columns, Role::Threading) {
        rows(column, &mut verdicts);
        mean(column, 1.0, &mut verdicts);
        relations(column, &mut verdicts);
        if let Some(pypy) = of_role(columns, Role::Pypy) {
            verdicts.extend(against(column, pypy, 0.5));
        }
    }
    for cost in modes.iter().filter(|cost| cost.mode == Mode::Debug) {
        verdicts.push(Verdict {
            what: format!("debug mode: {}, to what it costs on CPython", cost.row),
            value: cost.hpyvm.ratio.median,
            limit: cost.cpython.ratio.median,
        });
    }
    verdicts.extend(trace(modes));
    if let Some(column) = of_role(columns, Role::In(Mode::Debug)) {
        verdicts.extend(PROMISES.iter().filter_map(|row| promise(column, row)));
    }
    if let Some(column) = of_role(columns, Role::SingleThreaded) {
        mean(column, 0.8, &mut verdicts);
    }
    for growth in growth.iter().filter(|growth| growth.judged) {
        verdicts.push(Verdict {
            what: format!("{}: open+close beside many handles to few", growth.name),
            value: growth.factor(),
            limit: GROWTH,
        });
        verdicts.push(Verdict {
            what: format!("{}: bytes an open handle", growth.name),
            value: growth.bytes,
            limit: BYTES,
        });
    }
    verdicts
}

fn rows(column: &Column, verdicts: &mut Vec<Verdict>) {
    for row in ROWS {
        let ratio = column.cell(row.name).and_then(|cell| cell.ratio);
        if let (Some(ratio), Some(limit)) = (ratio, row.limit) {
            verdicts.push(Verdict {
                what: format!("{}: {}", column.name, row.name),
                value: ratio.median,
                limit,
            });
        }
    }
}

/// A mean of some of the rows is another figure than the one that is aimed at.
fn has_all_of_c(column: &Column) -> bool {
    let mut in_c = ROWS.iter().filter(|row| row.side == Side::C);
    in_c.all(|row| column.cell(row.name).is_some())
}

fn mean(column: &Column, limit: f64, verdicts: &mut Vec<Verdict>) {
    if let Some(value) = column.mean(Side::C).filter(|_| has_all_of_c(column)) {
        verdicts.push(Verdict {
            what: format!("{}: geometric mean of the rows in C", column.name),
            value,
            limit,
        });
    }
}

fn relations(column: &Column, verdicts: &mut Vec<Verdict>) {
    for relation in RELATIONS {
        let (Some(row), Some(to)) = (column.cell(relation.row), column.cell(relation.to)) else {
            continue;
        };
        verdicts.push(Verdict {
            what: format!("{}: {} to {}", column.name, relation.row, relation.to),
            value: row.nanoseconds.median / to.nanoseconds.median,
            limit: relation.limit,
        });
    }
}

fn trace(modes: &[Cost]) -> Option<Verdict> {
    let is_meant = |cost: &&Cost| cost.mode == Mode::Trace && cost.side == Side::C.name();
    let costs = modes.iter().filter(is_meant);
    let dearest = costs.max_by(|a, b| a.hpyvm.ratio.median.total_cmp(&b.hpyvm.ratio.median))?;
    Some(Verdict {
        what: format!("trace mode: {}, to itself without", dearest.row),
        value: dearest.hpyvm.ratio.median,
        limit: TRACE,
    })
}

fn promise(column: &Column, row: &str) -> Option<Verdict> {
    Some(Verdict {
        what: format!("{}: {row}, nanoseconds", column.name),
        value: column.cell(row)?.nanoseconds.median,
        limit: PROMISE,
    })
}

fn against(column: &Column, other: &Column, limit: f64) -> Option<Verdict> {
    if !has_all_of_c(column) {
        return None;
    }
    let in_c = |row: &&Row| row.side == Side::C;
    let value = geometric_mean(ROWS.iter().filter(in_c).filter_map(|row| {
        let ours = column.cell(row.name)?.nanoseconds.median;
        let theirs = other.cell(row.name)?.nanoseconds.median;
        (theirs > 0.0).then(|| ours / theirs)
    }))?;
    Some(Verdict {
        what: format!(
            "{} to {}: geometric mean of the rows in C",
            column.name, other.name
        ),
        value,
        limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column;
    use crate::rows::find;

    /// `hpyvm`, twice as slow as CPython in these rows.
    fn judged(rows: &[&'static Row]) -> Vec<Verdict> {
        let heads = [("CPython", Role::Baseline), ("hpyvm", Role::Threading)];
        let heads = heads.map(|(name, role)| (name.to_owned(), role, String::new()));
        let samples = [10.0, 20.0].map(|time| vec![vec![time; 9]; rows.len()]);
        let columns = column::columns(heads.into(), rows, samples.into());
        judge(&columns, &[], &[])
    }

    #[test]
    fn only_all_rows_have_the_mean_that_is_aimed_at() {
        let has_mean = |rows: &[&'static Row]| {
            let verdicts = judged(rows);
            verdicts.iter().any(|verdict| verdict.what.contains("mean"))
        };
        let all: Vec<&Row> = ROWS.iter().collect();
        assert!(has_mean(&all));
        assert!(!has_mean(&all[..3]));
    }

    #[test]
    fn relations_name_rows() {
        for relation in RELATIONS {
            assert!(find(relation.row).is_some(), "{}", relation.row);
            assert!(find(relation.to).is_some(), "{}", relation.to);
        }
        for row in PROMISES {
            assert!(find(row).is_some(), "{row}");
        }
    }

    #[test]
    fn a_value_at_the_limit_holds() {
        let verdict = |value| Verdict {
            what: String::new(),
            value,
            limit: 1.5,
        };
        assert!(verdict(1.5).holds() && !verdict(1.51).holds());
    }
}
