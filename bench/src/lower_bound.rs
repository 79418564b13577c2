//! What the operations cost in RustPython itself: see `vm/examples/lower_bounds.rs`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use hpyvm_examples::{Job, Project, Step, cargo};
use serde::Serialize;

use crate::column::{Column, of_role};
use crate::implementation::Role;
use crate::rows::Side;

/// A build of the program.
pub struct LowerBound {
    /// What reports call the column.
    pub name: &'static str,
    /// What it is to the comparison.
    pub role: Role,
    /// Whose lower bound it is.
    pub of: Role,
    arguments: &'static [&'static str],
    /// The name under which it is kept. Cargo gives all the same.
    kept: &'static str,
}

/// A lower bound for each build of `hpyvm`, the default one last: cargo's name stays with it.
pub static LOWER_BOUNDS: [LowerBound; 2] = [
    LowerBound {
        name: "RustPython single",
        role: Role::LowerBoundSingleThreaded,
        of: Role::SingleThreaded,
        arguments: &["--no-default-features"],
        kept: "lower-bounds-single-threaded",
    },
    LowerBound {
        name: "RustPython",
        role: Role::LowerBound,
        of: Role::Threading,
        arguments: &[],
        kept: "lower-bounds-threading",
    },
];

impl LowerBound {
    /// Builds the program, beside the `hpyvm` whose lower bounds it measures.
    ///
    /// # Errors
    ///
    /// What cargo says if it can't, and what keeps the program from being copied.
    pub fn build(&self, project: &Project) -> Result<PathBuf> {
        let mut command = cargo();
        command
            .current_dir(project.root())
            .args(["build", "--ignore-rust-version", "--release"])
            .args(["--package", "hpyvm", "--example", "lower_bounds"])
            .args(self.arguments);
        let mut step = Step::start(format!("building the lower bounds of {}", self.name));
        Job::new(command)
            .watch(|line| step.note(line.trim()))
            .check("building the lower bounds")?;
        step.done("");
        let program = project.target().join("release/examples/lower_bounds");
        ensure!(program.is_file(), "{} is missing", program.display());
        let kept = program.with_file_name(self.kept);
        std::fs::copy(&program, &kept)
            .with_context(|| format!("copying {} to {}", program.display(), kept.display()))?;
        Ok(kept)
    }
}

/// What a column would come to if no row of it cost more than RustPython's own
/// operation does.
#[derive(Clone, Debug, Serialize)]
pub struct AtLowerBounds {
    /// The column's name.
    pub name: String,
    /// The geometric mean of the rows in C.
    pub mean: f64,
}

/// For each column whose lower bounds were measured.
pub fn at_lower_bounds(columns: &[Column]) -> Vec<AtLowerBounds> {
    let of = |bound: &LowerBound| {
        let column = of_role(columns, bound.of)?;
        let bounds = of_role(columns, bound.role)?;
        Some(AtLowerBounds {
            name: column.name.clone(),
            mean: column.mean_at_most(bounds, Side::C)?,
        })
    };
    LOWER_BOUNDS.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::columns;
    use crate::rows::find;

    #[test]
    fn rows_above_their_lower_bound_count_as_if_they_were_at_it() {
        let rows = [
            "Length, list",
            "IsTrue, list",
            "Dup+Close",
            "Is, same object",
        ];
        let rows = rows.map(|name| find(name).expect("a row"));
        let head = |name: &str, role| (name.to_owned(), role, String::new());
        let heads = vec![
            head("base", Role::Baseline),
            head("vm", Role::Threading),
            head("lower bound", Role::LowerBound),
        ];
        let samples = |figures: [f64; 4]| figures.map(|figure| vec![figure; 9]).to_vec();
        let columns = columns(
            heads,
            &rows,
            vec![
                samples([1.0; 4]),
                samples([8.0, 1.0, 2.0, 4.0]),
                // Above its lower bound, below it, one that is nothing, and another.
                samples([2.0, 3.0, 0.0, 4.0]),
            ],
        );
        let [at_lower_bounds] = &at_lower_bounds(&columns)[..] else {
            panic!("one column has lower bounds");
        };
        assert_eq!(at_lower_bounds.name, "vm");
        // The fourth root of 2 * 1 * 2 * 4.
        assert!(
            (at_lower_bounds.mean - 2.0).abs() < 1e-9,
            "{}",
            at_lower_bounds.mean
        );
    }
}
