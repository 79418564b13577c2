//! What CPython has written down about a run of the suite.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One test, and what it has compiled, in order.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// pytest's node id: `test/test_x.py::TestX::test_y[universal]`.
    pub id: String,
    /// The file that the test stands in.
    pub file: PathBuf,
    /// Its calls of `make_module` and `compile_module`.
    pub calls: Vec<Call>,
}

/// A call of `make_module`.
#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    /// The module's name.
    pub name: String,
    /// The SHA-256 of each source as the test gives it.
    pub sources: Vec<String>,
    /// What was built, unless the compiler refused it.
    pub binary: Option<PathBuf>,
}

impl Record {
    /// The test's class and function.
    pub fn names(&self) -> (Option<&str>, &str) {
        let mut parts = self.id.split("::").skip(1);
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        let plain = |name: &'_ str| -> usize { name.find('[').unwrap_or(name.len()) };
        match second {
            Some(test) => (Some(first), &test[..plain(test)]),
            None => (None, &first[..plain(first)]),
        }
    }

    /// The value of the suite's parameter `hpy_abi`: `universal` or `debug`.
    pub fn mode(&self) -> &str {
        let parameters = self.id.split_once('[').map_or("", |(_, rest)| rest);
        let parameters = parameters.trim_end_matches(']').split('-');
        let mut modes = parameters.filter(|parameter| matches!(*parameter, "universal" | "debug"));
        modes.next().unwrap_or("universal")
    }

    /// The module's name as the suite imports it: `test.test_x`.
    pub fn module(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        format!("test.{}", stem.to_string_lossy())
    }
}

/// Reads all `*.jsonl` files of a directory, in order of the tests' names.
pub fn read_records(directory: &Path) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("cannot read {}", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        for line in text.lines() {
            let record: Record = serde_json::from_str(line)
                .with_context(|| format!("{} has a line that is no record", path.display()))?;
            records.push(record);
        }
    }
    ensure!(
        !records.is_empty(),
        "{} has no records of tests",
        directory.display()
    );
    records.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let record = |id: &str| Record {
            id: id.to_owned(),
            file: "suite/test/test_x.py".into(),
            calls: Vec::new(),
        };
        let method = record("test/test_x.py::TestX::test_y[universal]");
        assert_eq!(method.names(), (Some("TestX"), "test_y"));
        assert_eq!(method.module(), "test.test_x");
        let function = record("test/test_x.py::test_y[universal]");
        assert_eq!(function.names(), (None, "test_y"));
        assert_eq!(function.mode(), "universal");
        assert_eq!(record("test/test_x.py::test_y[debug]").mode(), "debug");
        assert_eq!(record("test/test_x.py::test_y[debug-1]").mode(), "debug");
        assert_eq!(record("test/test_x.py::test_y").mode(), "universal");
    }
}
