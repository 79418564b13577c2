//! One process that runs rows; see `bench/python/worker.py` for the protocol.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail, ensure};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::implementation::Implementation;
use crate::rows::Row;

/// A running interpreter that waits for requests.
#[derive(Debug)]
pub struct Worker {
    name: String,
    /// What the interpreter says of itself.
    pub version: String,
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    log: std::path::PathBuf,
}

impl Worker {
    /// Starts an interpreter on one processor. What it writes to standard error
    /// goes to the file `log`.
    pub fn start(
        implementation: &Implementation,
        script: &Path,
        core: usize,
        log: &Path,
    ) -> Result<Self> {
        let mut command = implementation.command()?;
        let errors = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        command
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors);
        let mut child = pinned(core, || {
            command
                .spawn()
                .with_context(|| format!("starting {}", implementation.program().display()))
        })?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().context("the worker has no output")?;
        let mut worker = Self {
            name: implementation.name.clone(),
            version: String::new(),
            child,
            requests,
            answers: BufReader::new(answers),
            log: log.to_owned(),
        };
        let greeting = worker.answer()?;
        worker.version = greeting
            .strip_prefix("ready ")
            .with_context(|| format!("{} says {greeting:?} instead of ready", worker.name))?
            .to_owned();
        Ok(worker)
    }

    /// Makes a row known. Whether there is such a row: the lower bounds have some only.
    pub fn define(&mut self, row: &Row) -> Result<bool> {
        let answer = self.request(&format!("define {}\t{}", row.name, row.code))?;
        let known = answer == "ok";
        ensure!(
            known || answer == "none",
            "{}: {}: {}",
            self.name,
            row.name,
            answer.replace("\\n", "\n")
        );
        Ok(known)
    }

    /// Runs a row that many times; the nanoseconds that it took.
    pub fn run(&mut self, row: &Row, count: u64) -> Result<f64> {
        let answer = self.request(&format!("run {} {count}", row.name))?;
        match answer.parse() {
            Ok(nanoseconds) => Ok(nanoseconds),
            Err(_) => bail!(
                "{}: {}: {}",
                self.name,
                row.name,
                answer.replace("\\n", "\n")
            ),
        }
    }

    fn request(&mut self, line: &str) -> Result<String> {
        let requests = self.requests.as_mut().context("the worker has ended")?;
        // Whether it could be written shows in the answer.
        let _ = writeln!(requests, "{line}").and_then(|()| requests.flush());
        self.answer()
            .with_context(|| format!("{}: asked to {line}", self.name))
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self
            .answers
            .read_line(&mut line)
            .with_context(|| format!("reading from {}", self.name))?;
        if read == 0 {
            let status = self.child.wait()?;
            bail!(
                "{} has ended: {status}; see {}",
                self.name,
                self.log.display()
            );
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

/// Runs `start` on one processor, which the processes that it starts inherit.
fn pinned<T>(core: usize, start: impl FnOnce() -> Result<T>) -> Result<T> {
    let before = sched_getaffinity(None).context("asking for the processors")?;
    let mut one = CpuSet::new();
    one.set(core);
    sched_setaffinity(None, &one).with_context(|| format!("moving to processor {core}"))?;
    let result = start();
    sched_setaffinity(None, &before).context("moving back to all processors")?;
    result
}

/// The processor to measure on: the last one that we may use, since what else
/// the machine does tends to begin on the first.
pub fn last_core() -> Result<usize> {
    let allowed = sched_getaffinity(None).context("asking for the processors")?;
    (0..CpuSet::MAX_CPU)
        .rev()
        .find(|&core| allowed.is_set(core))
        .context("there is no processor to run on")
}
