//! The table of `docs/differences.md`, which is also the list of differences
//! that the test accepts.
//!
//! A row is `| function | CPython | hpyvm | whose | reason |`. The first three
//! are patterns in backquotes, in which `*` stands for anything; what the first
//! `*` of an outcome stands for on one side need not be the same on the other.
//! Rows below the heading `## Rarer ones` need not describe any call of a run.

use super::calls::Difference;
use anyhow::{Context, Result, ensure};
use regex::Regex;
use std::path::Path;

/// What stands above the rows that a run may do without.
const RARE: &str = "## Rarer ones";

/// A row.
#[derive(Debug)]
pub struct Row {
    /// Where it stands.
    pub line: usize,
    /// Whether a run may do without it.
    pub rare: bool,
    function: Regex,
    cpython: Regex,
    hpyvm: Regex,
}

/// All rows.
#[derive(Debug)]
pub struct Table {
    /// In the order of the file.
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads the document.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Reads the rows of a text: lines that begin with a cell in backquotes.
    pub fn parse(text: &str) -> Result<Self> {
        let mut rows = Vec::new();
        let mut rare = false;
        for (index, line) in text.lines().enumerate() {
            rare |= line == RARE;
            if line.starts_with("| `") {
                let row = Row::parse(index + 1, rare, line);
                rows.push(row.with_context(|| format!("line {}", index + 1))?);
            }
        }
        ensure!(!rows.is_empty(), "no row in the table");
        Ok(Self { rows })
    }

    /// The first row that describes a difference.
    pub fn find(&self, difference: &Difference<'_>) -> Option<usize> {
        self.rows.iter().position(|row| row.describes(difference))
    }
}

impl Row {
    fn parse(number: usize, rare: bool, line: &str) -> Result<Self> {
        // A vertical bar inside a cell is written `\|`.
        const BAR: &str = "\u{1}";
        let line = line.replace("\\|", BAR);
        let cells: Vec<String> = line
            .trim()
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace(BAR, "|"))
            .collect();
        let [function, cpython, hpyvm, whose, reason] = &cells[..] else {
            anyhow::bail!("{} cells instead of 5", cells.len());
        };
        ensure!(
            ["CPython", "HPy", "RustPython", "hpyvm"].contains(&whose.as_str()),
            "whose difference is it? {whose}"
        );
        ensure!(!reason.is_empty(), "no reason");
        Ok(Self {
            line: number,
            rare,
            function: pattern(function)?,
            cpython: pattern(cpython)?,
            hpyvm: pattern(hpyvm)?,
        })
    }

    fn describes(&self, difference: &Difference<'_>) -> bool {
        difference.call.arguments == difference.other.arguments
            && self.function.is_match(&difference.call.function)
            && self.cpython.is_match(&difference.call.outcome)
            && self.hpyvm.is_match(&difference.other.outcome)
    }
}

/// The whole of a text in which `*` is anything.
fn pattern(cell: &str) -> Result<Regex> {
    let inner = cell
        .strip_prefix('`')
        .and_then(|cell| cell.strip_suffix('`'))
        .with_context(|| format!("not in backquotes: {cell}"))?;
    let parts: Vec<String> = inner.split('*').map(regex::escape).collect();
    Ok(Regex::new(&format!("^(?s:{})$", parts.join(".*")))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differential::calls::Call;

    fn call(function: &str, outcome: &str) -> Call {
        Call {
            number: 0,
            function: function.to_owned(),
            arguments: String::new(),
            outcome: outcome.to_owned(),
        }
    }

    #[test]
    fn a_row_describes_a_function_and_two_outcomes() {
        let text =
            "# Title\n\n| Function | CPython |\n| `a.*_b` | `! E: x\\|*` | `= *` | HPy | Why. |\n";
        let table = Table::parse(text).unwrap();
        let find = |function: &str, cpython: &str, hpyvm: &str| {
            table.find(&Difference {
                call: &call(function, cpython),
                other: &call(function, hpyvm),
            })
        };
        assert_eq!(find("a.c_b", "! E: x|y", "= int 1"), Some(0));
        assert_eq!(find("a.c", "! E: x|y", "= int 1"), None);
        assert_eq!(find("a.c_b", "! E: xy", "= int 1"), None);
        assert_eq!(find("a.c_b", "! E: x|y", "! E: z"), None);
    }

    #[test]
    fn rows_below_the_heading_are_rare() {
        let row = "| `a` | `b` | `c` | HPy | Why. |";
        let table = Table::parse(&format!("{row}\n\n{RARE}\n\n{row}\n")).unwrap();
        let rare: Vec<bool> = table.rows.iter().map(|row| row.rare).collect();
        assert_eq!(rare, [false, true]);
    }

    #[test]
    fn a_row_needs_an_owner_and_a_reason() {
        assert!(Table::parse("").is_err());
        assert!(Table::parse("| `a` | `b` | `c` | nobody | Why. |").is_err());
        assert!(Table::parse("| `a` | `b` | `c` | HPy |  |").is_err());
        assert!(Table::parse("| `a` | b | `c` | HPy | Why. |").is_err());
    }
}
