//! The results in a terminal.

use console::{Alignment, Term, pad_str, style};

use crate::column::{Cell, Column};
use crate::implementation::{Mode, Role};
use crate::lower_bound::AtLowerBounds;
use crate::modes::{Cost, Pair, means};
use crate::results::Results;
use crate::rows::{ROWS, Row, Side};
use crate::statistics::Spread;
use crate::targets::Verdict;

/// The width of the rows' names.
const NAME: usize = 34;

/// Prints everything.
pub fn print(results: &Results) {
    let machine = &results.machine;
    println!(
        "{}, processor {} of {}, {}, load {}, {} UTC",
        machine.processor,
        machine.core,
        machine.processors,
        machine.kernel,
        machine.load,
        machine.date
    );
    println!(
        "{} rounds of {:.0} ms; nanoseconds for one operation, the loop subtracted;\n\
         in brackets the ratio to the first column, pair by pair, with its quartiles",
        results.plan.rounds,
        results.plan.batch.as_secs_f64() * 1e3
    );
    for column in &results.columns {
        println!("  {:17} {}", column.name, column.version);
    }
    for absent in &results.absent {
        println!("  {:17} absent: {}", absent.name, absent.reason);
    }
    for (side, title) in [
        (Side::C, "One call of the context, from a loop in C"),
        (Side::Python, "From a loop in Python"),
        (Side::Builtin, "The VM's own, from a loop in Python"),
    ] {
        section(results, side, title);
    }
    modes(results, Mode::Debug);
    modes(results, Mode::Trace);
    growth(results);
    verdicts(&results.verdicts);
}

fn section(results: &Results, side: Side, title: &str) {
    let measured = |row: &&Row| {
        let first = results.columns.first();
        row.side == side && first.is_some_and(|column| column.cell(row.name).is_some())
    };
    let rows: Vec<&Row> = ROWS.iter().filter(measured).collect();
    if rows.is_empty() {
        return;
    }
    println!("\n{}", style(title).bold());
    for columns in blocks(&results.columns, room()) {
        block(columns, &results.at_lower_bounds, side, &rows);
    }
}

/// How wide a table may be: no limit where it goes to a file.
fn room() -> usize {
    let terminal = Term::stdout();
    match terminal.is_term() {
        true => terminal.size().1.into(),
        false => usize::MAX,
    }
}

/// The columns in groups that fit, since a table whose lines are broken can't be read.
fn blocks(columns: &[Column], room: usize) -> Vec<&[Column]> {
    let mut blocks = Vec::new();
    let (mut start, mut taken) = (0, NAME);
    for (at, column) in columns.iter().enumerate() {
        let width = width(column.role);
        if taken + width > room && at > start {
            blocks.push(&columns[start..at]);
            (start, taken) = (at, NAME);
        }
        taken += width;
    }
    blocks.push(&columns[start..]);
    blocks
}

fn block(columns: &[Column], at_lower_bounds: &[AtLowerBounds], side: Side, rows: &[&Row]) {
    let line = |name: &str, text: &dyn Fn(&Column) -> String| {
        let mut line = pad_str(name, NAME, Alignment::Left, Some("…")).into_owned();
        for column in columns {
            line.push(' ');
            let width = width(column.role) - 1;
            line += &pad_str(&text(column), width, Alignment::Right, None);
        }
        line
    };
    println!("{}", style(line("", &|column| column.name.clone())).dim());
    for row in rows {
        let figure = |column: &Column| {
            let cell = column.cell(row.name);
            cell.map_or_else(String::new, |cell| figure(cell, column.role, row.limit))
        };
        println!("{}", line(row.name, &figure));
    }
    let means = |name: &str, mean: &dyn Fn(&Column) -> Option<f64>| {
        let text = |column: &Column| mean(column).map_or_else(String::new, |it| format!("{it:.2}"));
        println!("{}", style(line(name, &text)).bold());
    };
    if side != Side::Builtin {
        means("geometric mean of the ratios", &|column| column.mean(side));
    }
    if side == Side::C && !at_lower_bounds.is_empty() {
        means("the same, no row above its lower bound", &|column| {
            let at_lower_bounds = at_lower_bounds.iter().find(|it| it.name == column.name);
            at_lower_bounds.map(|it| it.mean)
        });
    }
}

/// The baseline has no ratio.
fn width(role: Role) -> usize {
    match role {
        Role::Baseline => 10,
        _ => 28,
    }
}

fn figure(cell: &Cell, role: Role, limit: Option<f64>) -> String {
    let time = format!("{:.1}", cell.nanoseconds.median);
    let Some(ratio) = cell.ratio.filter(|_| role != Role::Baseline) else {
        return time;
    };
    let median = format!("{:.2}", ratio.median);
    let median = match limit.filter(|_| role == Role::Threading) {
        Some(limit) if ratio.median > limit => style(median).red(),
        Some(_) => style(median).green(),
        None => style(median),
    };
    format!("{time} [{median} {:.2}-{:.2}]", ratio.low, ratio.high)
}

fn modes(results: &Results, mode: Mode) {
    let costs = results.modes.iter().filter(|cost| cost.mode == mode);
    let costs: Vec<&Cost> = costs.collect();
    if costs.is_empty() {
        return;
    }
    let head = format!(
        "In {} mode, as multiples of the same without, with quartiles, and the nanoseconds added",
        mode.name()
    );
    println!("\n{}", style(head).bold());
    let line = |name: &str, cpython: &str, hpyvm: &str| {
        let name = pad_str(name, NAME, Alignment::Left, Some("…"));
        let cpython = pad_str(cpython, 29, Alignment::Right, None);
        let hpyvm = pad_str(hpyvm, 29, Alignment::Right, None);
        format!("{name}{cpython}{hpyvm}")
    };
    println!("{}", style(line("", "CPython", "hpyvm")).dim());
    let judged = |text: String, holds: bool| match holds {
        true => style(text).green(),
        false => style(text).red(),
    };
    let multiple = |pair: &Pair| {
        let Spread { low, median, high } = pair.ratio;
        format!("{median:.2} [{low:.2}-{high:.2}]")
    };
    let added = |pair: &Pair| format!("{:>+9.1}", pair.added);
    for cost in &costs {
        let cpython = multiple(&cost.cpython) + &added(&cost.cpython);
        let hpyvm = judged(multiple(&cost.hpyvm), cost.is_multiple_held()).to_string()
            + &judged(added(&cost.hpyvm), cost.is_time_held()).to_string();
        println!("{}", line(cost.row, &cpython, &hpyvm));
    }
    for side in [Side::C, Side::Python] {
        if let Some((hpyvm, cpython)) = means(&results.modes, mode, side) {
            let name = format!("geometric mean, {}", side.name());
            let blank = " ".repeat(9);
            let [cpython, hpyvm] = [cpython, hpyvm].map(|mean| format!("{mean:.2}{blank}"));
            println!("{}", style(line(&name, &cpython, &hpyvm)).bold());
        }
    }
    let count = |holds: fn(&Cost) -> bool| costs.iter().filter(|cost| holds(cost)).count();
    println!(
        "no more than on CPython: as a multiple {} of {} rows, in nanoseconds {}",
        count(Cost::is_multiple_held),
        costs.len(),
        count(Cost::is_time_held)
    );
}

fn growth(results: &Results) {
    if results.growth.is_empty() {
        return;
    }
    println!(
        "\n{}",
        style("Opening and closing one handle beside others that stay open").bold()
    );
    for growth in &results.growth {
        let points: Vec<String> = growth
            .points
            .iter()
            .map(|(held, time)| format!("{held}: {time:.1} ns"))
            .collect();
        println!(
            "{:16} {}; {:.1} bytes a handle, {:.1} when opened again",
            growth.name,
            points.join(", "),
            growth.bytes,
            growth.bytes_again
        );
    }
}

fn verdicts(verdicts: &[Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    let missed: Vec<&Verdict> = verdicts.iter().filter(|verdict| !verdict.holds()).collect();
    println!(
        "\n{}",
        style(format!(
            "{} of {} targets reached",
            verdicts.len() - missed.len(),
            verdicts.len()
        ))
        .bold()
    );
    for verdict in missed {
        println!(
            "{} {}: {:.2}, aimed at {:.2}",
            style("✗").red(),
            verdict.what,
            verdict.value,
            verdict.limit
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_do_not_fit_stand_below() {
        let column = |role| Column {
            name: "x".to_owned(),
            role,
            version: String::new(),
            cells: Vec::new(),
        };
        let columns = [
            Role::Baseline,
            Role::Reference,
            Role::Threading,
            Role::Other,
        ]
        .map(column);
        let sizes = |room| -> Vec<usize> {
            blocks(&columns, room)
                .iter()
                .map(|block| block.len())
                .collect()
        };
        assert_eq!(sizes(usize::MAX), [4]);
        assert_eq!(sizes(34 + 10 + 28 + 28 + 28), [4]);
        assert_eq!(sizes(34 + 10 + 28 + 28 + 27), [3, 1]);
        assert_eq!(sizes(80), [2, 1, 1]);
        assert_eq!(sizes(0), [1, 1, 1, 1]);
    }
}
