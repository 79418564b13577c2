//! The stream of events that the pytest plugin writes.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Something that happened in a pytest process. `tests/python/hpyvm_suite.py`
/// writes these.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A test that will run.
    Selected {
        /// pytest's node id.
        id: String,
        /// The value of its parameter `hpy_abi`.
        mode: String,
    },
    /// A test whose mode was not asked for.
    Deselected {
        /// pytest's node id.
        id: String,
        /// The value of its parameter `hpy_abi`.
        mode: String,
    },
    /// A file that could not be imported.
    CollectionFailed {
        /// pytest's node id.
        id: String,
        /// The traceback.
        message: String,
    },
    /// A test begins.
    Started {
        /// pytest's node id.
        id: String,
    },
    /// A test is over.
    Finished {
        /// pytest's node id.
        id: String,
        /// pytest's word for it: passed, failed, error, skipped.
        outcome: String,
        /// Why it did not pass; empty if it did.
        message: String,
        /// Wall time of set-up, test and tear-down.
        seconds: f64,
        /// Processor time of the compilers and other processes that it started.
        child_seconds: f64,
    },
}

/// Reads an event file while it grows.
#[derive(Debug)]
pub struct EventReader {
    path: PathBuf,
    position: u64,
}

impl EventReader {
    /// Begins at the start of a file, which need not exist yet.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            position: 0,
        }
    }

    /// The events since the last call. A line that is still being written is
    /// left for the next one.
    pub fn read(&mut self) -> Result<Vec<Event>> {
        let Ok(mut file) = File::open(&self.path) else {
            return Ok(Vec::new());
        };
        file.seek(SeekFrom::Start(self.position))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let complete = bytes
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        self.position += complete as u64;
        bytes[..complete]
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                serde_json::from_slice(line).with_context(|| {
                    let line = String::from_utf8_lossy(line);
                    format!(
                        "{} has a line that is no event: {line}",
                        self.path.display()
                    )
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn events_are_read_as_they_come() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut reader = EventReader::new(file.path());
        assert!(reader.read().unwrap().is_empty());
        write!(file, "{{\"event\":\"started\",\"id\":\"a\"}}\n{{\"event\":").unwrap();
        let started = |id: &str| Event::Started { id: id.to_owned() };
        assert_eq!(reader.read().unwrap(), [started("a")]);
        assert!(reader.read().unwrap().is_empty());
        writeln!(file, "\"started\",\"id\":\"b\"}}").unwrap();
        assert_eq!(reader.read().unwrap(), [started("b")]);
        writeln!(file, "Segmentation fault").unwrap();
        assert!(reader.read().is_err());
    }

    #[test]
    fn a_file_that_is_not_there_has_no_events() {
        let mut reader = EventReader::new(Path::new("no/such/file"));
        assert!(reader.read().unwrap().is_empty());
    }
}
