//! JSON, with every sample, and CSV, one line a row and implementation.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::results::Results;

/// Writes everything as JSON.
pub fn json(results: &Results, path: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(results)?;
    fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))
}

/// Writes the figures as CSV.
pub fn csv(results: &Results, path: &Path) -> Result<()> {
    let mut writer =
        csv::Writer::from_path(path).with_context(|| format!("writing {}", path.display()))?;
    writer.write_record([
        "side",
        "row",
        "implementation",
        "ns_low",
        "ns_median",
        "ns_high",
        "ratio_low",
        "ratio_median",
        "ratio_high",
    ])?;
    for column in &results.columns {
        for cell in &column.cells {
            let mut record = vec![
                cell.side.to_owned(),
                cell.row.to_owned(),
                column.name.clone(),
            ];
            for spread in [Some(cell.nanoseconds), cell.ratio] {
                record.extend(match spread {
                    Some(spread) => {
                        [spread.low, spread.median, spread.high].map(|value| format!("{value:.4}"))
                    }
                    None => [const { String::new() }; 3],
                });
            }
            writer.write_record(record)?;
        }
    }
    writer
        .flush()
        .with_context(|| format!("writing {}", path.display()))
}
