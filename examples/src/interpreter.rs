//! Finding a CPython on this machine.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::Job;

/// The release that hpy 0.9.0's wheels end at, and the one the tests expect.
pub const SUPPORTED: (u32, u32) = (3, 11);

/// A CPython that can make virtual environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// What it calls itself (`sys.executable`): never a shim.
    pub path: PathBuf,
    /// Major, minor and micro version.
    pub version: (u32, u32, u32),
    /// Whether `venv` can put pip into an environment. Some distributions
    /// package `ensurepip` separately.
    pub ensurepip: bool,
}

/// What a candidate tells about itself, in lines.
const PROBE: &str = "\
import sys, importlib.util
assert sys.implementation.name == 'cpython', sys.implementation.name + ' is not CPython'
print(sys.executable)
print(*sys.version_info[:3])
print(importlib.util.find_spec('ensurepip') is not None)
print(importlib.util.find_spec('pip') is not None)
";

impl Interpreter {
    /// The best Python on this machine: a 3.11 if there is one, otherwise a
    /// newer one. `PYTHON` names the only candidate when it is set.
    pub fn find() -> Result<Self> {
        let candidates: Vec<OsString> = match std::env::var_os("PYTHON") {
            Some(python) if !python.is_empty() => vec![python],
            _ => ["python3.11", "python3", "python"]
                .map(OsString::from)
                .to_vec(),
        };
        let mut newer: Option<Self> = None;
        let mut rejected = String::new();
        for candidate in candidates {
            let name = candidate.to_string_lossy().into_owned();
            match Self::probe(candidate) {
                Ok(python) if python.release() == SUPPORTED => return Ok(python),
                Ok(python) if python.release() > SUPPORTED => {
                    newer.get_or_insert(python);
                }
                Ok(python) => rejected += &format!("\n  {name}: {python} is too old"),
                Err(error) => rejected += &format!("\n  {name}: {error:#}"),
            }
        }
        newer.with_context(|| {
            format!(
                "no Python {}.{} or newer with pip was found; PYTHON=/path/to/python names one.{rejected}",
                SUPPORTED.0, SUPPORTED.1
            )
        })
    }

    /// Asks one candidate what it is.
    pub fn probe(program: impl Into<OsString>) -> Result<Self> {
        let mut command = Command::new(program.into());
        command.args(["-I", "-c", PROBE]);
        let finished = Job::new(command).limit(Duration::from_secs(60)).run()?;
        if !finished.success() {
            let stderr = String::from_utf8_lossy(&finished.stderr).into_owned();
            let reason = stderr.trim().lines().last().unwrap_or_default();
            bail!("{} ({reason})", finished.ending());
        }
        Self::parse(&finished.text()).context("it printed something unexpected")
    }

    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let mut line = || lines.next().context("too few lines");
        let path = PathBuf::from(line()?);
        let numbers: Vec<u32> = line()?
            .split(' ')
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let &[major, minor, micro] = &numbers[..] else {
            bail!("a version of {} numbers", numbers.len());
        };
        let ensurepip = line()? == "True";
        let pip = line()? == "True";
        if !ensurepip && !pip {
            bail!("{} has neither pip nor ensurepip", path.display());
        }
        Ok(Self {
            path,
            version: (major, minor, micro),
            ensurepip,
        })
    }

    /// Major and minor version.
    pub fn release(&self) -> (u32, u32) {
        (self.version.0, self.version.1)
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, micro) = self.version;
        write!(f, "CPython {major}.{minor}.{micro}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_understood() {
        let python = Interpreter::parse("/opt/bin/python3.11\n3 11 7\nFalse\nTrue\n").unwrap();
        assert_eq!(python.release(), (3, 11));
        assert_eq!(python.to_string(), "CPython 3.11.7");
        assert!(!python.ensurepip);
        assert!(Interpreter::parse("/opt/bin/python3\n3 11 7\nFalse\nFalse\n").is_err());
        assert!(Interpreter::parse("/opt/bin/python3\n3 eleven 7\nTrue\nTrue\n").is_err());
    }

    #[test]
    fn what_is_not_python_is_rejected_with_its_reason() {
        let error = format!("{:#}", Interpreter::probe("false").unwrap_err());
        assert!(error.contains("exit status: 1"), "{error}");
        let error = format!("{:#}", Interpreter::probe("no-such-python").unwrap_err());
        assert!(error.contains("could not start"), "{error}");
    }
}
